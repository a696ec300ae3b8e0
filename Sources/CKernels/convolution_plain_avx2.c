// SPDX-License-Identifier: Apache-2.0
//
// One maddubs, widened at once: needs the pair rule.
#if defined(__x86_64__)
#define TILE_ROWS(vectors) ((vectors) == 3 ? 3 : (vectors) == 2 ? 6 : (vectors) == 1 ? 8 : 0)
#define TILE_VECTORS(left) ((left) == 3 ? 3 : 2)
#include "convolution_avx2.h"

AVX2_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], const uint8_t *const *inputs,
                          const int8_t *const *weights, size_t k_groups, int rows, int vectors) {
  __m256i ones = _mm256_set1_epi16(1);
  __asm__("" : "+x"(ones));
  SWIFTLET_ROLLED for (size_t k = 0; k < k_groups; k++) {
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      __m256i input = avx2_broadcast(inputs[m] + 4 * k);
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
        __m256i words = _mm256_maddubs_epi16(input, avx2_load(weights[v] + 64 * k));
        acc[m][v] = _mm256_add_epi32(acc[m][v], _mm256_madd_epi16(words, ones));
      }
      PIN(acc, m, vectors);
    }
  }
}

AVX2 void convolution_u8_6x16c4__avx2(const swiftlet_convolution *convolution, size_t pixel_begin,
                                      size_t pixel_end, size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
