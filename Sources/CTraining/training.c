// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "window.h"

// to[c] += a[c] * b[c]
__attribute__((always_inline)) static inline void multiply_add(
    float *restrict to, const float *restrict a, const float *restrict b, int count) {
  for (int c = 0; c < count; c++) to[c] += a[c] * b[c];
}

CLONES void swiftlet_depthwise_forward(
    const struct swiftlet_window *w, const float *x, const float *weights, const float *bias,
    float *y) {
  const size_t pixels = (size_t)w->output_height * w->output_width;
  for (size_t pixel = 0; pixel < pixels; pixel++) {
    if (bias) {
      memcpy(y + pixel * w->channels, bias, sizeof(float) * w->channels);
    } else {
      memset(y + pixel * w->channels, 0, sizeof(float) * w->channels);
    }
  }
  FOR_TAPS(w, { multiply_add(y + out, x + in, weights + tap, w->channels); })
}

CLONES void swiftlet_depthwise_backward_input(
    const struct swiftlet_window *w, const float *dy, const float *weights, float *dx) {
  memset(dx, 0, sizeof(float) * w->input_height * w->input_width * w->channels);
  FOR_TAPS(w, { multiply_add(dx + in, dy + out, weights + tap, w->channels); })
}

CLONES void swiftlet_depthwise_backward_weights(
    const struct swiftlet_window *w, const float *x, const float *dy, float *dw) {
  FOR_TAPS(w, { multiply_add(dw + tap, x + in, dy + out, w->channels); })
}

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

CLONES void swiftlet_clip_forward(const float *x, size_t count, float limit, float *y) {
  for (size_t i = 0; i < count; i++) {
    const float positive = x[i] > 0 ? x[i] : 0;
    y[i] = positive < limit ? positive : limit;
  }
}

CLONES void swiftlet_clip_backward(
    const float *dy, const float *y, size_t count, float limit, float *dx) {
  for (size_t i = 0; i < count; i++) dx[i] = ((y[i] > 0) & (y[i] < limit)) ? dy[i] : 0;
}

CLONES void swiftlet_accumulate(float *to, const float *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] += from[i];
}
