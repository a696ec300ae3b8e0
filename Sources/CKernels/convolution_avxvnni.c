// SPDX-License-Identifier: Apache-2.0
//
// vpdpbusd adds four products of u8 and s8 in int32: exact for any input and any weights.
#if defined(__x86_64__)
#include "avxvnni_support.h"
#define TILE_INLINE AVXVNNI_INLINE
#define TILE_ROWS(vectors) ((vectors) == 3 ? 4 : (vectors) == 2 ? 6 : (vectors) == 1 ? 8 : 0)
// Twos, but of an odd number one three, so that no one is left alone.
#define TILE_VECTORS(left) ((left) % 2 == 1 ? 3 : 2)
#include "convolution_avx2.h"

AVXVNNI_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS],
                             const uint8_t *const *inputs, const int8_t *const *weights,
                             size_t k_groups, int rows, int vectors) {
  SWIFTLET_ROLLED for (size_t k = 0; k < k_groups; k++) {
    __m256i w[TILE_MAX_VECTORS];
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
      w[v] = avx2_load(weights[v] + 64 * k);
      __asm__ volatile("" : "+x"(w[v]));
    }
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      __m256i input = avx2_broadcast(inputs[m] + 4 * k);
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++)
          acc[m][v] = _mm256_dpbusd_avx_epi32(acc[m][v], input, w[v]);
      PIN(acc, m, vectors);
    }
  }
}

AVXVNNI void convolution_u8_6x16c4__avxvnni(const swiftlet_convolution *convolution,
                                            size_t pixel_begin, size_t pixel_end,
                                            size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
