// SPDX-License-Identifier: Apache-2.0
//
// Sums in u16 for as many taps as cannot overflow it, then in s32.
#include "pool_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"

// 256 * 255 < 2^16.
#define SHORT_SUM_TAPS 256

// Adds 16 sums of u16 to two vectors of s32.
AVX2_INLINE void widen(__m256i *words, __m256i sums[2]) {
  __m256i low = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(*words));
  __m256i high = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(*words, 1));
  sums[0] = _mm256_add_epi32(sums[0], low);
  sums[1] = _mm256_add_epi32(sums[1], high);
  *words = _mm256_setzero_si256();
}

AVX2_INLINE __m256i mean(const swiftlet_pool *p, const pool_window *window, __m256i sum) {
  int32_t zeros = (int32_t)(window->rows * window->columns) * p->input_zero;
  sum = _mm256_sub_epi32(sum, _mm256_set1_epi32(zeros));
  __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_set1_ps(p->multiplier));
  return _mm256_cvtps_epi32(_mm256_div_ps(product, _mm256_set1_ps((float)window->divisor)));
}

// 16 * vectors channels from `channel` on, of which `count` exist. Reads up to 15 bytes behind.
AVX2_INLINE void pool_channels(const swiftlet_pool *p, const pool_window *window, size_t channel,
                               size_t count, avx2_output output, uint8_t *to, int vectors) {
  __m256i words[4], sums[4][2];
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++)
    words[v] = sums[v][0] = sums[v][1] = _mm256_setzero_si256();
  const uint8_t *row = window->first + channel;
  size_t left = SHORT_SUM_TAPS;
  for (size_t i = 0; i < window->rows; i++, row += p->input_width * p->channels) {
    const uint8_t *tap = row;
    SWIFTLET_ROLLED for (size_t k = 0; k < window->columns; k++, tap += p->channels) {
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++)
        words[v] = _mm256_add_epi16(
            words[v], _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(tap + 16 * v))));
      if (--left == 0) {
        SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) widen(&words[v], sums[v]);
        left = SHORT_SUM_TAPS;
      }
    }
  }
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
    widen(&words[v], sums[v]);
    __m128i bytes =
        avx2_narrow16(mean(p, window, sums[v][0]), mean(p, window, sums[v][1]), output);
    avx2_store_bytes(to + 16 * v, bytes, swiftlet_least(count - 16 * (size_t)v, 16));
  }
}

AVX2 void average_pool_u8_1x64__avx2(const swiftlet_pool *p, size_t row_begin, size_t row_end) {
  const swiftlet_requantization limits = {
      .zero_point = p->zero_point, .lower = p->lower, .upper = p->upper};
  const avx2_output output = avx2_output_of(&limits);
  for (size_t y = row_begin; y < row_end; y++) {
    uint8_t *to = p->output + y * p->output_width * p->channels;
    for (size_t x = 0; x < p->output_width; x++, to += p->channels) {
      pool_window window = pool_window_at(p, y, x);
      size_t n = 0;
      for (; n + 64 <= p->channels; n += 64) pool_channels(p, &window, n, 64, output, to + n, 4);
      for (; n < p->channels; n += 16)
        pool_channels(p, &window, n, swiftlet_least(p->channels - n, 16), output, to + n, 1);
    }
  }
}
#endif
