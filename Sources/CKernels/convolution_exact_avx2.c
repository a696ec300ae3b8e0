// SPDX-License-Identifier: Apache-2.0
//
// Products of int16: exact for any input and any weights. The even and the odd bytes of a group are
// multiplied apart, which widens them without a shuffle.
#if defined(__x86_64__)
#define TILE_ROWS(vectors) ((vectors) == 2 ? 4 : (vectors) == 1 ? 8 : 0)
#define TILE_VECTORS(left) 2
#include "convolution_avx2.h"

AVX2_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], const uint8_t *const *inputs,
                          const int8_t *const *weights, size_t k_groups, int rows, int vectors) {
  const __m256i low_bytes = _mm256_set1_epi16(0xFF);
  SWIFTLET_ROLLED for (size_t k = 0; k < k_groups; k++) {
    __m256i even[TILE_MAX_VECTORS], odd[TILE_MAX_VECTORS];
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
      odd[v] = avx2_load(weights[v] + 64 * k);
      even[v] = _mm256_srai_epi16(_mm256_slli_epi16(odd[v], 8), 8);
      odd[v] = _mm256_srai_epi16(odd[v], 8);
    }
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      __m256i input = avx2_broadcast(inputs[m] + 4 * k);
      __m256i input_even = _mm256_and_si256(input, low_bytes);
      __m256i input_odd = _mm256_srli_epi16(input, 8);
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
        acc[m][v] = _mm256_add_epi32(acc[m][v], _mm256_madd_epi16(input_even, even[v]));
        acc[m][v] = _mm256_add_epi32(acc[m][v], _mm256_madd_epi16(input_odd, odd[v]));
      }
      PIN(acc, m, vectors);
    }
  }
}

AVX2 void convolution_s16_4x16c4__avx2(const swiftlet_convolution *convolution, size_t pixel_begin,
                                       size_t pixel_end, size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
