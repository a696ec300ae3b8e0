// SPDX-License-Identifier: Apache-2.0
//
// As add_u8_avx2.c, 64 bytes at a time: 2^23 + x has x in its lowest bits, and subtracting
// 2^23 + zero is exact.
#if defined(__x86_64__)
#include "avx512_support.h"

typedef struct {
  __m512 zero_a, zero_b, multiplier_a, multiplier_b;
  __m512i zero_point, lower, upper;
} add_constants;

// The sums of the low or the high four words of each lane, rounded half to even.
AVX512_INLINE __m512i add_quarter(__m512i a, __m512i b, const add_constants *c) {
  __m512 first = _mm512_sub_ps(_mm512_castsi512_ps(a), c->zero_a);
  __m512 second = _mm512_sub_ps(_mm512_castsi512_ps(b), c->zero_b);
  return _mm512_cvtps_epi32(_mm512_add_ps(_mm512_mul_ps(first, c->multiplier_a),
                                          _mm512_mul_ps(second, c->multiplier_b)));
}

// Sums of 32 words.
AVX512_INLINE __m512i add_words(__m512i a, __m512i b, const add_constants *c) {
  const __m512i exponent = _mm512_set1_epi16(0x4B00);  // of 2^23
  __m512i low = add_quarter(_mm512_unpacklo_epi16(a, exponent), _mm512_unpacklo_epi16(b, exponent),
                            c);
  __m512i high = add_quarter(_mm512_unpackhi_epi16(a, exponent),
                             _mm512_unpackhi_epi16(b, exponent), c);
  return _mm512_adds_epi16(_mm512_packs_epi32(low, high), c->zero_point);
}

// 64 bytes. Unpacking and packing both work within lanes, so that the order stays.
AVX512_INLINE __m512i add_bytes(__m512i a, __m512i b, const add_constants *c) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i low = add_words(_mm512_unpacklo_epi8(a, zero), _mm512_unpacklo_epi8(b, zero), c);
  __m512i high = add_words(_mm512_unpackhi_epi8(a, zero), _mm512_unpackhi_epi8(b, zero), c);
  __m512i bytes = _mm512_packus_epi16(low, high);
  return _mm512_min_epu8(_mm512_max_epu8(bytes, c->lower), c->upper);
}

AVX512 void add_u8_1x64__avx512vnni(const swiftlet_add *add, const uint8_t *a, const uint8_t *b,
                                    uint8_t *output, size_t count) {
  const float base = 0x1p23f;
  const add_constants c = {.zero_a = _mm512_set1_ps(base + (float)add->zero_a),
                           .zero_b = _mm512_set1_ps(base + (float)add->zero_b),
                           .multiplier_a = _mm512_set1_ps(add->multiplier_a),
                           .multiplier_b = _mm512_set1_ps(add->multiplier_b),
                           .zero_point = _mm512_set1_epi16((short)add->zero_point),
                           .lower = _mm512_set1_epi8((char)add->lower),
                           .upper = _mm512_set1_epi8((char)add->upper)};
  size_t i = 0;
  for (; i + 64 <= count; i += 64)
    _mm512_storeu_si512(output + i,
                        add_bytes(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i), &c));
  if (i == count) return;
  __mmask64 valid = (1ull << (count - i)) - 1;
  __m512i first = _mm512_maskz_loadu_epi8(valid, a + i);
  __m512i second = _mm512_maskz_loadu_epi8(valid, b + i);
  _mm512_mask_storeu_epi8(output + i, valid, add_bytes(first, second, &c));
}
#endif
