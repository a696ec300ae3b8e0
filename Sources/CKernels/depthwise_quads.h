// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolutions in the planes of depthwise_quads_layout.h. The including file defines
// before
//   TILE_INLINE                       the attributes of its functions
//   add_quads(acc, inputs, weights)   acc + the sum of the four products of each lane
#pragma once
#include "depthwise_quads_layout.h"
#include "depthwise_avx2.h"

// Two bytes of 32 channels, each channel's together.
typedef struct {
  __m256i low, high;
} byte_pairs;

AVX2_INLINE byte_pairs pair_bytes(__m256i a, __m256i b) {
  return (byte_pairs){_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b)};
}

// Writes one column of a plane: four bytes of 32 channels, each channel's together.
AVX2_INLINE void store_quads(uint8_t *to, byte_pairs ab, byte_pairs cd) {
  __m256i *groups = (__m256i *)to;
  _mm256_storeu_si256(groups + 0, _mm256_unpacklo_epi16(ab.low, cd.low));
  _mm256_storeu_si256(groups + 1, _mm256_unpackhi_epi16(ab.low, cd.low));
  _mm256_storeu_si256(groups + 2, _mm256_unpacklo_epi16(ab.high, cd.high));
  _mm256_storeu_si256(groups + 3, _mm256_unpackhi_epi16(ab.high, cd.high));
}

AVX2_INLINE void store_column(const depthwise_job *job, const depthwise_row rows[4], size_t column,
                              uint8_t *to) {
  store_quads(to,
              pair_bytes(load_column(job, rows[0], column), load_column(job, rows[1], column)),
              pair_bytes(load_column(job, rows[2], column), load_column(job, rows[3], column)));
}

// Plane 0: every column of four rows; those inside of the picture without asking for each.
AVX2_INLINE void prepare_rows(const depthwise_job *job, const depthwise_row rows[4]) {
  const swiftlet_depthwise *d = job->depthwise;
  const size_t left = swiftlet_least(d->pad_left, job->columns);
  const size_t right = job->half_columns == 0
                           ? swiftlet_least(d->pad_left + d->input_width, job->columns)
                           : left;
  uint8_t *to = job->planes;
  size_t c = 0;
  for (; c < left; c++, to += DEPTHWISE_COLUMN) store_column(job, rows, c, to);
  const uint8_t *from[4] = {rows[0].first, rows[1].first, rows[2].first, rows[3].first};
  SWIFTLET_ROLLED for (; c < right; c++, to += DEPTHWISE_COLUMN) {
    store_quads(to, pair_bytes(avx2_load(from[0]), avx2_load(from[1])),
                pair_bytes(avx2_load(from[2]), avx2_load(from[3])));
    SWIFTLET_UNROLL for (int i = 0; i < 4; i++) from[i] += rows[i].stride;
  }
  SWIFTLET_ROLLED for (; c < job->columns; c++, to += DEPTHWISE_COLUMN)
    store_column(job, rows, c, to);
}

// Plane 1 or 2: four columns of a row, from every column that is the first of a window.
AVX2_INLINE void prepare_columns(const depthwise_job *job, depthwise_row row, uint8_t *to) {
  const size_t columns = job->columns;
  if (job->shape.stride == 2) {
    byte_pairs ab = pair_bytes(load_column(job, row, 0), load_column(job, row, 1));
    SWIFTLET_ROLLED for (size_t c = 0; c < columns; c += 2, to += DEPTHWISE_COLUMN) {
      byte_pairs cd = pair_bytes(load_column(job, row, c + 2), load_column(job, row, c + 3));
      store_quads(to, ab, cd);
      ab = cd;
    }
    return;
  }
  __m256i column = load_column(job, row, 2), second = load_column(job, row, 1);
  byte_pairs ab = pair_bytes(load_column(job, row, 0), second), bc = pair_bytes(second, column);
  SWIFTLET_ROLLED for (size_t c = 0; c < columns; c++, to += DEPTHWISE_COLUMN) {
    __m256i next = load_column(job, row, c + 3);
    byte_pairs cd = pair_bytes(column, next);
    store_quads(to, ab, cd);
    ab = bc;
    bc = cd;
    column = next;
  }
}

TILE_INLINE void prepare(const depthwise_job *job, size_t y, int output_rows) {
  const depthwise_shape s = job->shape;
  const size_t first = y * s.stride;
  uint8_t outside[DEPTHWISE_PAIR];
  _mm256_storeu_si256((__m256i *)outside, job->outside);
  depthwise_row rows[4];
  for (size_t i = 0; i < 4; i++)
    rows[i] = depthwise_padded_row(job->depthwise, first + top_of(s) + i, job->channel, outside);
  prepare_rows(job, rows);
  if (s.kernel != 5) return;
  SWIFTLET_UNROLL for (size_t r = 0; r < (size_t)output_rows; r++)
    prepare_columns(job,
                    depthwise_padded_row(job->depthwise, first + single_row(s, r), job->channel,
                                         outside),
                    job->planes + (1 + r) * job->plane_bytes);
}

TILE_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS], const uint8_t *inputs,
                          size_t plane_bytes, size_t x, const int8_t *weights, depthwise_shape s,
                          int rows, int columns) {
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
    plane += plane_bytes;
    SWIFTLET_UNROLL for (size_t part = 0; part < 2; part++, weights += 32) {
      __m256i w = avx2_load(weights);
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
        size_t column = (size_t)m + part * 4 / s.stride;
        acc[r][m] = add_quads(acc[r][m], avx2_load(plane + column * DEPTHWISE_COLUMN), w);
      }
    }
  }
}
