// SPDX-License-Identifier: Apache-2.0
//
// Inputs of at most 127: maddubs adds two products without saturation (2 * 127 * 127 < 2^15).
#if defined(__x86_64__)
#include "avx2_support.h"
#define TILE_INLINE AVX2_INLINE

AVX2_INLINE __m256i add_quads(__m256i acc, __m256i inputs, __m256i weights) {
  __m256i words = _mm256_maddubs_epi16(inputs, weights);
  return _mm256_add_epi32(acc, _mm256_madd_epi16(words, _mm256_set1_epi16(1)));
}

#include "depthwise_quads.h"
#include "depthwise_tile_avx2.h"

AVX2_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS], const depthwise_job *job,
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

#define KERNEL(name, size, stride)                                                       \
  AVX2 void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,  \
                 size_t block_begin, size_t block_end, void *scratch) {                  \
    run_depthwise(depthwise, (depthwise_shape){size, stride}, row_begin, row_end,        \
                  block_begin, block_end, scratch);                                      \
  }
KERNEL(depthwise_u7_3x3s1__avx2, 3, 1)
KERNEL(depthwise_u7_3x3s2__avx2, 3, 2)
KERNEL(depthwise_u7_5x5s1__avx2, 5, 1)
KERNEL(depthwise_u7_5x5s2__avx2, 5, 2)
#endif
