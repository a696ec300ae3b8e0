// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdbool.h>

#include "depthwise_support.h"

// One output pixel, sixteen channels from c: the taps in rows and columns, of which the first is
// at `x` and `weights`. `step` is 1, or -1 for a kernel that is turned by half a turn.
INLINE v16 pixel(
    const float *x, const float *weights, ptrdiff_t pitch, ptrdiff_t channels, int rows,
    int columns, ptrdiff_t weight_row, ptrdiff_t weight_step, v16 acc) {
  for (int ky = 0; ky < rows; ky++) {
    for (int kx = 0; kx < columns; kx++) {
      acc += LOAD(x + ky * pitch + kx * channels) * LOAD(weights + ky * weight_row + kx * weight_step);
    }
  }
  return acc;
}

// Output pixels from..<to of one row, all of whose taps lie within the picture's width; four share
// each load of a weight.
INLINE void interior(const struct row *r, int from, int to, size_t c, v16 bias) {
  const struct swiftlet_window *w = r->window;
  const ptrdiff_t channels = w->channels, pitch = (ptrdiff_t)w->input_width * channels;
  const ptrdiff_t stride = (ptrdiff_t)w->stride_x * channels;
  int ox = from;
  for (; ox + 4 <= to; ox += 4) {
    const float *x = r->x + (ptrdiff_t)(ox * w->stride_x - w->pad_left) * channels + c;
    v16 acc[4] = {bias, bias, bias, bias};
    for (int ky = 0; ky < r->rows; ky++) {
      for (int kx = 0; kx < w->kernel_width; kx++) {
        const v16 tap = LOAD(r->weights + ky * r->weight_row + kx * r->weight_step + c);
        const float *in = x + ky * pitch + kx * channels;
        for (int p = 0; p < 4; p++) acc[p] += LOAD(in + p * stride) * tap;
      }
    }
    for (int p = 0; p < 4; p++) {
      STORE(r->y + (ox + p) * channels + c, r->clips ? clipped(acc[p], r->limit) : acc[p]);
    }
  }
  for (; ox < to; ox++) {
    const float *x = r->x + (ptrdiff_t)(ox * w->stride_x - w->pad_left) * channels + c;
    const v16 acc = pixel(
        x, r->weights + c, pitch, channels, r->rows, w->kernel_width, r->weight_row,
        r->weight_step, bias);
    STORE(r->y + ox * channels + c, r->clips ? clipped(acc, r->limit) : acc);
  }
}

// One output pixel whose window leaves the picture at the left or the right.
INLINE void border(const struct row *r, int ox, size_t c, v16 bias) {
  const struct swiftlet_window *w = r->window;
  const int first = ox * w->stride_x - w->pad_left;
  const int begin = first < 0 ? -first : 0;
  const int room = w->input_width - first;
  const int end = w->kernel_width < room ? w->kernel_width : room;
  const ptrdiff_t channels = w->channels;
  const v16 acc = pixel(
      r->x + (ptrdiff_t)(first + begin) * channels + c, r->weights + begin * r->weight_step + c,
      (ptrdiff_t)w->input_width * channels, channels, r->rows, end - begin, r->weight_row,
      r->weight_step, bias);
  STORE(r->y + ox * channels + c, r->clips ? clipped(acc, r->limit) : acc);
}

// The channels that do not fill a vector.
static void rest(const struct row *r, size_t c, float bias) {
  const struct swiftlet_window *w = r->window;
  for (int ox = 0; ox < w->output_width; ox++) {
    float acc = bias;
    for (int ky = 0; ky < r->rows; ky++) {
      for (int kx = 0; kx < w->kernel_width; kx++) {
        const ptrdiff_t ix = ox * w->stride_x - w->pad_left + kx;
        if (ix < 0 || ix >= w->input_width) continue;
        acc += r->x[(ky * (ptrdiff_t)w->input_width + ix) * w->channels + (ptrdiff_t)c]
               * r->weights[ky * r->weight_row + kx * r->weight_step + (ptrdiff_t)c];
      }
    }
    if (r->clips) acc = fminf(fmaxf(acc, 0), r->limit);
    r->y[(size_t)ox * w->channels + c] = acc;
  }
}

INLINE void convolve(
    const struct swiftlet_window *w, const float *x, const float *weights, bool is_turned,
    const float *bias, bool clips, float limit, float *y) {
  const struct span inside = interior_columns(w);
  for (int oy = 0; oy < w->output_height; oy++) {
    struct row r = row_of(w, x, weights, oy, is_turned);
    r.y = y + (size_t)oy * w->output_width * w->channels;
    r.clips = clips;
    r.limit = limit;
    int c = 0;
    for (; c + LANES <= w->channels; c += LANES) {
      const v16 start = bias ? LOAD(bias + c) : (v16){0};
      for (int ox = 0; ox < inside.begin; ox++) border(&r, ox, c, start);
      interior(&r, inside.begin, inside.end, c, start);
      for (int ox = inside.end; ox < w->output_width; ox++) border(&r, ox, c, start);
    }
    for (; c < w->channels; c++) rest(&r, c, bias ? bias[c] : 0);
  }
}

CLONES void swiftlet_depthwise_forward(
    const struct swiftlet_window *w, const float *x, const float *weights, const float *bias,
    float *y) {
  convolve(w, x, weights, false, bias, false, 0, y);
}

CLONES void swiftlet_depthwise_forward_clip(
    const struct swiftlet_window *w, const float *x, const float *weights, const float *bias,
    float limit, float *y) {
  convolve(w, x, weights, false, bias, true, limit, y);
}

// With stride 1 the gradient of the input is a convolution with the kernel turned by half a turn.
static struct swiftlet_window turned(const struct swiftlet_window *w) {
  struct swiftlet_window t = *w;
  t.input_height = w->output_height;
  t.input_width = w->output_width;
  t.output_height = w->input_height;
  t.output_width = w->input_width;
  t.pad_top = w->kernel_height - 1 - w->pad_top;
  t.pad_left = w->kernel_width - 1 - w->pad_left;
  return t;
}

CLONES void swiftlet_depthwise_backward_input(
    const struct swiftlet_window *w, const float *dy, const float *weights, float *dx) {
  if (w->stride_y == 1 && w->stride_x == 1) {
    const struct swiftlet_window t = turned(w);
    convolve(&t, dy, weights, true, NULL, false, 0, dx);
    return;
  }
  struct tap taps[w->kernel_height * w->kernel_width];
  for (int iy = 0; iy < w->input_height; iy++) {
    for (int ix = 0; ix < w->input_width; ix++) {
      const int count = taps_to(w, iy, ix, taps);
      float *to = dx + ((size_t)iy * w->input_width + ix) * w->channels;
      gather(dy, weights, taps, count, w->channels, to);
    }
  }
}
