// SPDX-License-Identifier: Apache-2.0
//
// The tile of a depthwise convolution in vectors of 32 bytes, a group each. The including file
// defines, beside what depthwise_avx2.h wants,
//   multiply(acc, job, group, y, x, rows, columns)
// which adds all taps of a group.
#pragma once
#include "depthwise_avx2.h"

TILE_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS], const depthwise_job *job,
                          size_t group, size_t y, size_t x, int rows, int columns);

// Output pixels [x, x + columns) of the rows [y, y + rows).
TILE_INLINE void compute_tile(const depthwise_job *job, size_t y, size_t x, int rows, int columns) {
  const swiftlet_depthwise *d = job->depthwise;
  __m256i scaled[DEPTHWISE_GROUPS][TILE_MAX_ROWS][TILE_MAX_COLUMNS];
  SWIFTLET_ROLLED for (size_t g = 0; g < DEPTHWISE_GROUPS; g++) {
    __m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS];
    __m256i bias = avx2_load(job->constants->bias + 8 * g);
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) acc[r][m] = bias;
    multiply(acc, job, g, y, x, rows, columns);
    __m256 multiplier = _mm256_loadu_ps(job->constants->multiplier + 8 * g);
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
        scaled[g][r][m] = avx2_scale(acc[r][m], multiplier);
  }
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
    uint8_t *to = d->output + ((y + r) * d->output_width + x) * d->channels + job->channel;
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++, to += d->channels) {
      // The halves stay apart: packing works within them. int16 saturates wider than the clamp.
      __m256i low = _mm256_packs_epi32(scaled[0][r][m], scaled[1][r][m]);
      __m256i high = _mm256_packs_epi32(scaled[2][r][m], scaled[3][r][m]);
      __m256i bytes = _mm256_packus_epi16(_mm256_adds_epi16(low, job->zero_point),
                                          _mm256_adds_epi16(high, job->zero_point));
      store_pixel(job, to, _mm256_min_epu8(_mm256_max_epu8(bytes, job->lower), job->upper));
    }
  }
}
