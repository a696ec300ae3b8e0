// SPDX-License-Identifier: Apache-2.0
//
// All taps of a group of channels in quads, in vectors of 32 bytes. The including file defines
// before TILE_INLINE and
//   add_quads(acc, inputs, weights)  acc, each lane plus the four products of its bytes
#pragma once
#include "depthwise_quads.h"
#include "depthwise_tile_avx2.h"

TILE_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS], const depthwise_job *job,
                          size_t group, size_t y, size_t x, int rows, int columns) {
  (void)y;
  const depthwise_shape s = job->shape;
  const uint8_t *inputs = job->planes + 32 * group;
  const int8_t *weights = job->weights + group * vectors_of(s) * 32;
  const uint8_t *plane = inputs + x * s.stride * DEPTHWISE_COLUMN;
  SWIFTLET_UNROLL for (size_t k = 0; k < s.kernel; k++) {
    __m256i w[TILE_MAX_ROWS];
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++, weights += 32) w[r] = avx2_load(weights);
    weights += 32 * (rows_together(s) - rows);
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
      __m256i quads = avx2_load(plane + ((size_t)m * s.stride + k) * DEPTHWISE_COLUMN);
      SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
        acc[r][m] = add_quads(acc[r][m], quads, w[r]);
    }
  }
  if (s.kernel != 5) return;
  // Planes 1 and 2 hold every `stride`-th column, so that an output reads neighbours of four.
  plane = inputs + x * DEPTHWISE_COLUMN;
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
    plane += job->plane_bytes;
    SWIFTLET_UNROLL for (size_t part = 0; part < 2; part++, weights += 32) {
      __m256i w = avx2_load(weights);
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
        size_t column = (size_t)m + part * 4 / s.stride;
        acc[r][m] = add_quads(acc[r][m], avx2_load(plane + column * DEPTHWISE_COLUMN), w);
      }
    }
  }
}
