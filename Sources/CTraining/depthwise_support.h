// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vector.h"
#include "window.h"

// One row of outputs: where its taps begin, and how many rows of them lie within the picture.
struct row {
  const struct swiftlet_window *window;
  const float *x, *weights;
  float *y;
  ptrdiff_t weight_row, weight_step;
  int rows;
  bool clips;
  float limit;
};

struct span {
  int begin, end;
};

// The output columns whose windows lie within the width of the picture.
INLINE struct span interior_columns(const struct swiftlet_window *w) {
  const int last = w->input_width - w->kernel_width + w->pad_left;
  struct span s = {(w->pad_left + w->stride_x - 1) / w->stride_x,
                   last < 0 ? 0 : last / w->stride_x + 1};
  if (s.begin < 0) s.begin = 0;
  if (s.begin > w->output_width) s.begin = w->output_width;
  if (s.end > w->output_width) s.end = w->output_width;
  if (s.end < s.begin) s.end = s.begin;
  return s;
}

// Output row oy. A turned kernel is read from its end.
INLINE struct row row_of(
    const struct swiftlet_window *w, const float *x, const float *weights, int oy,
    bool is_turned) {
  const int first = oy * w->stride_y - w->pad_top;
  const int begin = first < 0 ? -first : 0;
  const int room = w->input_height - first;
  const int end = w->kernel_height < room ? w->kernel_height : room;
  const ptrdiff_t channels = w->channels, row = channels * w->kernel_width;
  struct row r = {.window = w, .rows = end > begin ? end - begin : 0};
  r.x = x + (ptrdiff_t)(first + begin) * w->input_width * channels;
  r.weight_row = is_turned ? -row : row;
  r.weight_step = is_turned ? -channels : channels;
  r.weights = weights + (is_turned ? row * w->kernel_height - channels : 0) + begin * r.weight_row;
  return r;
}

// One tap that leads from an output pixel to the input pixel at hand, offsets in floats.
struct tap {
  ptrdiff_t output, weight;
};

// The taps of the outputs whose windows hold input pixel (iy, ix).
INLINE int taps_to(const struct swiftlet_window *w, int iy, int ix, struct tap *taps) {
  int count = 0;
  for (int ky = (iy + w->pad_top) % w->stride_y; ky < w->kernel_height; ky += w->stride_y) {
    const int oy = (iy + w->pad_top - ky) / w->stride_y;
    if (iy + w->pad_top < ky || oy >= w->output_height) continue;
    for (int kx = (ix + w->pad_left) % w->stride_x; kx < w->kernel_width; kx += w->stride_x) {
      const int ox = (ix + w->pad_left - kx) / w->stride_x;
      if (ix + w->pad_left < kx || ox >= w->output_width) continue;
      taps[count].output = ((ptrdiff_t)oy * w->output_width + ox) * w->channels;
      taps[count++].weight = ((ptrdiff_t)ky * w->kernel_width + kx) * w->channels;
    }
  }
  return count;
}

// The gradient of one input pixel.
INLINE void gather(
    const float *dy, const float *weights, const struct tap *taps, int count, int channels,
    float *dx) {
  int c = 0;
  for (; c + LANES <= channels; c += LANES) {
    v16 acc = {0};
    for (int t = 0; t < count; t++) {
      acc += LOAD(dy + taps[t].output + c) * LOAD(weights + taps[t].weight + c);
    }
    STORE(dx + c, acc);
  }
  for (; c < channels; c++) {
    float acc = 0;
    for (int t = 0; t < count; t++) acc += dy[taps[t].output + c] * weights[taps[t].weight + c];
    dx[c] = acc;
  }
}
