// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "window.h"

void swiftlet_im2col(const struct swiftlet_window *w, const float *x, float *matrix) {
  const size_t row = (size_t)w->kernel_height * w->kernel_width * w->channels;
  memset(matrix, 0, sizeof(float) * row * w->output_height * w->output_width);
  FOR_TAPS(w, {
    memcpy(
        matrix + out / w->channels * row + tap, x + in, sizeof(float) * w->channels);
  })
}

CLONES void swiftlet_col2im(const struct swiftlet_window *w, const float *matrix, float *dx) {
  const size_t row = (size_t)w->kernel_height * w->kernel_width * w->channels;
  memset(dx, 0, sizeof(float) * w->input_height * w->input_width * w->channels);
  FOR_TAPS(w, {
    const float *from = matrix + out / w->channels * row + tap;
    float *to = dx + in;
    for (int c = 0; c < w->channels; c++) to[c] += from[c];
  })
}
