// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolutions of 3x3 and 5x5 in quads: four taps are one int32 lane. The planes of a
// window:
//   plane 0      quads of four rows, one column each
//   plane 1, 2   5x5 only: quads of four columns of the row that is left, for each output row
// With stride 1 two output rows share plane 0: of 3x3 its rows are taps 0...2 of the first and, one
// further down, of the second; of 5x5 they are taps 1...4 of the first and 0...3 of the second.
#pragma once
#include "depthwise_support.h"

typedef struct {
  size_t kernel, stride;
} depthwise_shape;

// Tap row of the first row of plane 0, for the first output row.
SWIFTLET_INLINE size_t top_of(depthwise_shape s) { return s.kernel == 5 && s.stride == 1 ? 1 : 0; }
SWIFTLET_INLINE int rows_together(depthwise_shape s) { return s.stride == 1 ? 2 : 1; }
// Row of plane 1 + r, counted like the tap rows of the first output row.
SWIFTLET_INLINE size_t single_row(depthwise_shape s, size_t r) {
  return s.stride == 1 ? (r == 0 ? 0 : 5) : 4;
}
// Weight vectors of a group: of plane 0 [column][output row], then of planes 1 and 2 [output
// row][part].
SWIFTLET_INLINE size_t vectors_of(depthwise_shape s) {
  return (size_t)rows_together(s) * (s.kernel == 5 ? 7 : 3);
}

// The tap in a slot of a weight vector, as a row and a column; none if the row is not in the
// kernel.
SWIFTLET_INLINE size_t tap_row(depthwise_shape s, size_t vector, size_t slot,
                               size_t *column) {
  size_t rows = (size_t)rows_together(s), r;
  if (vector < rows * s.kernel) {
    r = vector % rows;
    *column = vector / rows;
    return top_of(s) + slot - r;  // wraps above the kernel
  }
  r = (vector - rows * s.kernel) / 2;
  *column = (vector - rows * s.kernel) % 2 * 4 + slot;
  return *column < s.kernel ? single_row(s, r) - r : s.kernel;
}

// The weight in a slot of a weight vector; zero where there is no tap or no such channel.
SWIFTLET_INLINE int8_t quad_weight(const swiftlet_depthwise *d, depthwise_shape s, size_t channel,
                                   size_t vector, size_t slot) {
  size_t column, row = tap_row(s, vector, slot, &column);
  return row < s.kernel ? depthwise_weight(d, channel, row * s.kernel + column) : 0;
}
