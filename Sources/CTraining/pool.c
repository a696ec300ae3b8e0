// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "window.h"

static size_t input_count(const struct swiftlet_window *w) {
  return (size_t)w->input_height * w->input_width * w->channels;
}

static size_t output_count(const struct swiftlet_window *w) {
  return (size_t)w->output_height * w->output_width * w->channels;
}

CLONES void swiftlet_max_pool_forward(
    const struct swiftlet_window *w, const float *x, float *y, int32_t *winners) {
  for (size_t i = 0; i < output_count(w); i++) {
    y[i] = -INFINITY;
    winners[i] = -1;
  }
  FOR_TAPS(w, {
    (void)tap;
    const float *from = x + in;
    for (int c = 0; c < w->channels; c++) {
      if (from[c] > y[out + c] || isnan(from[c])) {
        y[out + c] = from[c];
        winners[out + c] = (int32_t)(in + c);
      }
    }
  })
}

CLONES void swiftlet_max_pool_backward(
    const struct swiftlet_window *w, const float *dy, const int32_t *winners, float *dx) {
  memset(dx, 0, sizeof(float) * input_count(w));
  for (size_t i = 0; i < output_count(w); i++) {
    if (winners[i] >= 0) dx[winners[i]] += dy[i];
  }
}

// How many of `kernel` taps from `first` lie within 0..<size.
static int inside(int first, int kernel, int size) {
  const int begin = first > 0 ? first : 0;
  const int end = first + kernel < size ? first + kernel : size;
  return end > begin ? end - begin : 0;
}

// 1 / the taps that count for the output pixel that begins at float `out`; 0 where none does.
static float share(const struct swiftlet_window *w, size_t out, bool counts_padding) {
  const int pixel = (int)(out / w->channels);
  const int y = pixel / w->output_width * w->stride_y - w->pad_top;
  const int x = pixel % w->output_width * w->stride_x - w->pad_left;
  const int taps = counts_padding ? w->kernel_height * w->kernel_width
                                  : inside(y, w->kernel_height, w->input_height)
                                        * inside(x, w->kernel_width, w->input_width);
  return taps > 0 ? 1.0f / (float)taps : 0;
}

CLONES void swiftlet_average_pool_forward(
    const struct swiftlet_window *w, const float *x, bool counts_padding, float *y) {
  memset(y, 0, sizeof(float) * output_count(w));
  FOR_TAPS(w, {
    (void)tap;
    for (int c = 0; c < w->channels; c++) y[out + c] += x[in + c];
  })
  for (size_t out = 0; out < output_count(w); out += w->channels) {
    const float factor = share(w, out, counts_padding);
    for (int c = 0; c < w->channels; c++) y[out + c] *= factor;
  }
}

CLONES void swiftlet_average_pool_backward(
    const struct swiftlet_window *w, const float *dy, bool counts_padding, float *dx) {
  memset(dx, 0, sizeof(float) * input_count(w));
  FOR_TAPS(w, {
    (void)tap;
    const float factor = share(w, out, counts_padding);
    for (int c = 0; c < w->channels; c++) dx[in + c] += factor * dy[out + c];
  })
}
