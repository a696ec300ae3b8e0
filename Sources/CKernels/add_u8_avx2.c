// SPDX-License-Identifier: Apache-2.0
//
// Bytes become floats without a conversion: 2^23 + x has x in its lowest bits, and subtracting
// 2^23 + zero is exact.
#include "kernel_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"

typedef struct {
  __m256 zero_a, zero_b, multiplier_a, multiplier_b;
  __m256i zero_point, lower, upper;
} add_constants;

// float(x - zero) * multiplier of the words x in [low, high] of each half.
AVX2_INLINE void scaled_words(__m256i words, __m256 zero, __m256 multiplier, __m256 scaled[2]) {
  const __m256i exponent = _mm256_set1_epi16(0x4B00);  // of 2^23
  __m256 low = _mm256_castsi256_ps(_mm256_unpacklo_epi16(words, exponent));
  __m256 high = _mm256_castsi256_ps(_mm256_unpackhi_epi16(words, exponent));
  scaled[0] = _mm256_mul_ps(_mm256_sub_ps(low, zero), multiplier);
  scaled[1] = _mm256_mul_ps(_mm256_sub_ps(high, zero), multiplier);
}

// Sums of 16 words, rounded half to even.
AVX2_INLINE __m256i add_words(__m256i a, __m256i b, const add_constants *c) {
  __m256 first[2], second[2];
  scaled_words(a, c->zero_a, c->multiplier_a, first);
  scaled_words(b, c->zero_b, c->multiplier_b, second);
  __m256i low = _mm256_cvtps_epi32(_mm256_add_ps(first[0], second[0]));
  __m256i high = _mm256_cvtps_epi32(_mm256_add_ps(first[1], second[1]));
  return _mm256_adds_epi16(_mm256_packs_epi32(low, high), c->zero_point);
}

// 32 bytes. Unpacking and packing both work within halves, so that the order stays.
AVX2_INLINE void add_bytes(const uint8_t *a, const uint8_t *b, uint8_t *output,
                           const add_constants *c) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i first = avx2_load(a), second = avx2_load(b);
  __m256i low =
      add_words(_mm256_unpacklo_epi8(first, zero), _mm256_unpacklo_epi8(second, zero), c);
  __m256i high =
      add_words(_mm256_unpackhi_epi8(first, zero), _mm256_unpackhi_epi8(second, zero), c);
  __m256i bytes = _mm256_packus_epi16(low, high);
  bytes = _mm256_min_epu8(_mm256_max_epu8(bytes, c->lower), c->upper);
  _mm256_storeu_si256((__m256i *)output, bytes);
}

AVX2 void add_u8_1x32__avx2(const swiftlet_add *add, const uint8_t *a, const uint8_t *b,
                            uint8_t *output, size_t count) {
  const float base = 0x1p23f;
  const add_constants c = {.zero_a = _mm256_set1_ps(base + (float)add->zero_a),
                           .zero_b = _mm256_set1_ps(base + (float)add->zero_b),
                           .multiplier_a = _mm256_set1_ps(add->multiplier_a),
                           .multiplier_b = _mm256_set1_ps(add->multiplier_b),
                           .zero_point = _mm256_set1_epi16((short)add->zero_point),
                           .lower = _mm256_set1_epi8((char)add->lower),
                           .upper = _mm256_set1_epi8((char)add->upper)};
  size_t i = 0;
  for (; i + 32 <= count; i += 32) add_bytes(a + i, b + i, output + i, &c);
  if (i == count) return;
  uint8_t first[32] = {0}, second[32] = {0};
  memcpy(first, a + i, count - i);
  memcpy(second, b + i, count - i);
  add_bytes(first, second, first, &c);
  memcpy(output + i, first, count - i);
}
#endif
