// SPDX-License-Identifier: Apache-2.0
#include "depthwise_support.h"

// dw[0..<columns] += sum over the output pixels from..<to of x * dy; sixteen channels, one row of
// taps. `columns` and `chains` are known when compiled: so many sums a tap, so that additions do not
// wait for each other.
INLINE void taps(
    const float *x, const float *dy, int from, int to, ptrdiff_t channels, ptrdiff_t stride,
    int columns, int chains, float *dw) {
  v16 acc[4][7] = {{{0}}};
  int ox = from;
  for (; ox + chains <= to; ox += chains) {
    for (int p = 0; p < chains; p++) {
      const v16 gradient = LOAD(dy + (ox + p) * channels);
      const float *in = x + (ox + p) * stride;
      for (int kx = 0; kx < columns; kx++) acc[p][kx] += LOAD(in + kx * channels) * gradient;
    }
  }
  for (; ox < to; ox++) {
    const v16 gradient = LOAD(dy + ox * channels);
    const float *in = x + ox * stride;
    for (int kx = 0; kx < columns; kx++) acc[0][kx] += LOAD(in + kx * channels) * gradient;
  }
  for (int kx = 0; kx < columns; kx++) {
    v16 sum = acc[0][kx];
    for (int p = 1; p < chains; p++) sum += acc[p][kx];
    STORE(dw + kx * channels, LOAD(dw + kx * channels) + sum);
  }
}

// As `taps` for a kernel of any width.
INLINE void any_taps(
    const float *x, const float *dy, int from, int to, ptrdiff_t channels, ptrdiff_t stride,
    int columns, float *dw) {
  switch (columns) {
    case 3: taps(x, dy, from, to, channels, stride, 3, 4, dw); break;
    case 5: taps(x, dy, from, to, channels, stride, 5, 2, dw); break;
    case 7: taps(x, dy, from, to, channels, stride, 7, 2, dw); break;
    default:
      for (int kx = 0; kx < columns; kx++) {
        taps(x + kx * channels, dy, from, to, channels, stride, 1, 4, dw + kx * channels);
      }
  }
}

// Columns whose windows leave the picture, and channels that do not fill a vector.
INLINE void border_taps(
    const struct swiftlet_window *w, const float *x, const float *dy, int ox, int c, int count,
    float *dw) {
  const float *gradient = dy + (ptrdiff_t)ox * w->channels + c;
  for (int kx = 0; kx < w->kernel_width; kx++) {
    const ptrdiff_t ix = ox * w->stride_x - w->pad_left + kx;
    if (ix < 0 || ix >= w->input_width) continue;
    const float *in = x + ix * w->channels + c;
    float *to = dw + (ptrdiff_t)kx * w->channels + c;
    for (int i = 0; i < count; i++) to[i] += in[i] * gradient[i];
  }
}

CLONES void swiftlet_depthwise_backward_weights(
    const struct swiftlet_window *w, const float *x, const float *dy, float *dw) {
  const struct span inside = interior_columns(w);
  const ptrdiff_t channels = w->channels, stride = channels * w->stride_x;
  const int whole = w->channels / LANES * LANES;
  for (int oy = 0; oy < w->output_height; oy++) {
    const float *gradient = dy + (ptrdiff_t)oy * w->output_width * channels;
    for (int ky = 0; ky < w->kernel_height; ky++) {
      const int iy = oy * w->stride_y - w->pad_top + ky;
      if (iy < 0 || iy >= w->input_height) continue;
      const float *in = x + (ptrdiff_t)iy * w->input_width * channels;
      float *to = dw + (ptrdiff_t)ky * w->kernel_width * channels;
      for (int c = 0; c < whole; c += LANES) {
        any_taps(
            in - w->pad_left * channels + c, gradient + c, inside.begin, inside.end, channels,
            stride, w->kernel_width, to + c);
      }
      for (int ox = 0; ox < w->output_width; ox++) {
        const bool is_inside = ox >= inside.begin && ox < inside.end;
        const int c = is_inside ? whole : 0;
        border_taps(w, in, gradient, ox, c, w->channels - c, to);
      }
    }
  }
}
