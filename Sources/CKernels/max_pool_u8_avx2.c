// SPDX-License-Identifier: Apache-2.0
#include "pool_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"

// 32 * vectors channels from `channel` on, of which `count` exist. Reads up to 31 bytes behind.
AVX2_INLINE void pool_channels(const swiftlet_pool *p, const pool_window *window, size_t channel,
                               size_t count, uint8_t *to, int vectors) {
  __m256i largest[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  const uint8_t *row = window->first + channel;
  for (size_t i = 0; i < window->rows; i++, row += p->input_width * p->channels) {
    const uint8_t *tap = row;
    SWIFTLET_ROLLED for (size_t k = 0; k < window->columns; k++, tap += p->channels)
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++)
        largest[v] = _mm256_max_epu8(largest[v], avx2_load(tap + 32 * v));
  }
  uint8_t all[64];
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
    __m256i bytes = _mm256_max_epu8(largest[v], _mm256_set1_epi8((char)p->lower));
    bytes = _mm256_min_epu8(bytes, _mm256_set1_epi8((char)p->upper));
    _mm256_storeu_si256((__m256i *)(count < (size_t)(32 * vectors) ? all : to) + v, bytes);
  }
  if (count < (size_t)(32 * vectors)) memcpy(to, all, count);
}

AVX2 void max_pool_u8_1x64__avx2(const swiftlet_pool *p, size_t row_begin, size_t row_end) {
  for (size_t y = row_begin; y < row_end; y++) {
    uint8_t *to = p->output + y * p->output_width * p->channels;
    for (size_t x = 0; x < p->output_width; x++, to += p->channels) {
      pool_window window = pool_window_at(p, y, x);
      size_t n = 0;
      for (; n + 64 <= p->channels; n += 64) pool_channels(p, &window, n, 64, to + n, 2);
      for (; n < p->channels; n += 32)
        pool_channels(p, &window, n, swiftlet_least(p->channels - n, 32), to + n, 1);
    }
  }
}
#endif
