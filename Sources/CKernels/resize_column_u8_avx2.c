// SPDX-License-Identifier: Apache-2.0
//
// 32 columns at a time: the bytes of two rows side by side as words, for vpmaddwd with the high and
// the low halves of two weights.
#include "pixel_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"

AVX2_INLINE void columns(const swiftlet_resize_column *resize, uint8_t *output, size_t i) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i high[4], low[4];
  SWIFTLET_UNROLL
  for (int k = 0; k < 4; k++) {
    high[k] = zero;
    low[k] = _mm256_set1_epi32(1 << (SWIFTLET_RESIZE_BITS - 1));
  }
  for (size_t tap = 0; tap < resize->count; tap += 2) {
    const int16_t *weights = resize->weights + tap / 4 * 8 + tap % 4;
    __m256i weight_high = avx2_broadcast(weights), weight_low = avx2_broadcast(weights + 4);
    __m256i a = avx2_load(resize->rows[tap] + i), b = avx2_load(resize->rows[tap + 1] + i);
    __m256i front = _mm256_unpacklo_epi8(a, b), back = _mm256_unpackhi_epi8(a, b);
    __m256i words[4] = {_mm256_unpacklo_epi8(front, zero), _mm256_unpackhi_epi8(front, zero),
                        _mm256_unpacklo_epi8(back, zero), _mm256_unpackhi_epi8(back, zero)};
    SWIFTLET_UNROLL
    for (int k = 0; k < 4; k++) {
      high[k] = _mm256_add_epi32(high[k], _mm256_madd_epi16(words[k], weight_high));
      low[k] = _mm256_add_epi32(low[k], _mm256_madd_epi16(words[k], weight_low));
    }
  }
  SWIFTLET_UNROLL
  for (int k = 0; k < 4; k++) {
    __m256i sum =
        _mm256_add_epi32(_mm256_slli_epi32(high[k], SWIFTLET_RESIZE_LOW_BITS), low[k]);
    low[k] = _mm256_srai_epi32(sum, SWIFTLET_RESIZE_BITS);
  }
  // Unpacking and packing both work within halves, so that the order stays.
  __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(low[0], low[1]),
                                      _mm256_packs_epi32(low[2], low[3]));
  _mm256_storeu_si256((__m256i *)(output + i), bytes);
}

AVX2 void resize_column_u8_1x32__avx2(const swiftlet_resize_column *resize, uint8_t *output,
                                      size_t byte_count) {
  if (byte_count < 32) {
    swiftlet_resize_bytes(resize, output, 0, byte_count);
    return;
  }
  size_t i = 0;
  for (; i + 32 <= byte_count; i += 32) columns(resize, output, i);
  // The last columns once more, together with some before them.
  if (i < byte_count) columns(resize, output, byte_count - 32);
}
#endif
