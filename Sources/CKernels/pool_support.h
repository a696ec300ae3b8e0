// SPDX-License-Identifier: Apache-2.0
//
// What all pool kernels share: the taps inside of the picture of one window.
#pragma once
#include "kernel_support.h"

typedef struct {
  size_t rows, columns;  // taps inside
  const uint8_t *first;  // the first of them, channel 0
  size_t divisor;        // of an average, at least 1
} pool_window;

// Taps of a window that are inside, along one axis.
SWIFTLET_INLINE void pool_axis(size_t at, size_t stride, size_t kernel, size_t size, size_t before,
                               size_t after, size_t *begin, size_t *count, ptrdiff_t *padded) {
  ptrdiff_t low = (ptrdiff_t)(at * stride) - (ptrdiff_t)before;
  ptrdiff_t high = low + (ptrdiff_t)kernel;
  ptrdiff_t padded_size = (ptrdiff_t)(size + after);
  *padded = (high < padded_size ? high : padded_size) - low;
  if (low < 0) low = 0;
  if (high > (ptrdiff_t)size) high = (ptrdiff_t)size;
  *begin = (size_t)low;
  *count = high > low ? (size_t)(high - low) : 0;
}

SWIFTLET_INLINE pool_window pool_window_at(const swiftlet_pool *p, size_t y, size_t x) {
  pool_window window;
  size_t top, left;
  ptrdiff_t padded_height, padded_width;
  pool_axis(y, p->stride_y, p->kernel_height, p->input_height, p->pad_top, p->pad_bottom, &top,
            &window.rows, &padded_height);
  pool_axis(x, p->stride_x, p->kernel_width, p->input_width, p->pad_left, p->pad_right, &left,
            &window.columns, &padded_width);
  int is_empty = window.rows == 0 || window.columns == 0;
  if (is_empty) window.rows = window.columns = 0;
  window.first = p->input + (is_empty ? 0 : (top * p->input_width + left) * p->channels);
  ptrdiff_t divisor = p->counts_padding ? padded_height * padded_width
                                        : (ptrdiff_t)(window.rows * window.columns);
  window.divisor = divisor > 1 ? (size_t)divisor : 1;
  return window;
}
