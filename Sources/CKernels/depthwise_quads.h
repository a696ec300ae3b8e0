// SPDX-License-Identifier: Apache-2.0
//
// Prepares the planes of depthwise_quads_layout.h. The including file defines TILE_INLINE, the
// attributes of its functions, before, and the tile of depthwise_avx2.h.
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
