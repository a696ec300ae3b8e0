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

#include "depthwise_quads_avx2.h"

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
