// SPDX-License-Identifier: Apache-2.0
#include "swiftlet_training.h"

#include <string.h>

// Each function for AVX2 as well; the loader chooses.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CLONES
#endif

// Calls `body` for every tap of the window that lies inside of the picture, with the offsets of the
// output, the input and the weights in floats.
#define FOR_TAPS(w, body)                                                                      \
  for (int oy = 0; oy < (w)->output_height; oy++)                                              \
    for (int ox = 0; ox < (w)->output_width; ox++) {                                           \
      const size_t out = ((size_t)oy * (w)->output_width + ox) * (w)->channels;                \
      for (int ky = 0; ky < (w)->kernel_height; ky++) {                                        \
        const int iy = oy * (w)->stride_y - (w)->pad_top + ky;                                 \
        if (iy < 0 || iy >= (w)->input_height) continue;                                       \
        for (int kx = 0; kx < (w)->kernel_width; kx++) {                                       \
          const int ix = ox * (w)->stride_x - (w)->pad_left + kx;                              \
          if (ix < 0 || ix >= (w)->input_width) continue;                                      \
          const size_t in = ((size_t)iy * (w)->input_width + ix) * (w)->channels;              \
          const size_t tap = ((size_t)ky * (w)->kernel_width + kx) * (w)->channels;            \
          body                                                                                 \
        }                                                                                      \
      }                                                                                        \
    }

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
