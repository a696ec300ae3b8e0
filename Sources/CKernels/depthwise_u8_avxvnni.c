// SPDX-License-Identifier: Apache-2.0
//
// vpdpbusd adds four products of u8 and s8 in int32: exact for any input.
#if defined(__x86_64__)
#include "avxvnni_support.h"
#define TILE_INLINE AVXVNNI_INLINE

AVXVNNI_INLINE __m256i add_quads(__m256i acc, __m256i inputs, __m256i weights) {
  return _mm256_dpbusd_avx_epi32(acc, inputs, weights);
}

#include "depthwise_quads_avx2.h"

#define KERNEL(name, size, stride)                                                          \
  AVXVNNI void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,  \
                    size_t block_begin, size_t block_end, void *scratch) {                  \
    run_depthwise(depthwise, (depthwise_shape){size, stride}, row_begin, row_end,           \
                  block_begin, block_end, scratch);                                         \
  }
KERNEL(depthwise_u8_3x3s1__avxvnni, 3, 1)
KERNEL(depthwise_u8_3x3s2__avxvnni, 3, 2)
KERNEL(depthwise_u8_5x5s1__avxvnni, 5, 1)
KERNEL(depthwise_u8_5x5s2__avxvnni, 5, 2)
#endif
