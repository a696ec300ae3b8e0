// SPDX-License-Identifier: Apache-2.0
//
// AVX2: the output stage and stores that touch nothing behind the last channel.
#pragma once
#include "kernel_support.h"

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE static inline __attribute__((always_inline, target("avx2")))

AVX2_INLINE __m256i avx2_load(const void *bytes) {
  return _mm256_loadu_si256((const __m256i *)bytes);
}

// Four bytes, read as they lie, in all lanes.
AVX2_INLINE __m256i avx2_broadcast(const void *bytes) {
  int32_t value;
  memcpy(&value, bytes, sizeof value);
  return _mm256_set1_epi32(value);
}

typedef struct {
  __m256i zero_point, lower, upper;
} avx2_output;

AVX2_INLINE avx2_output avx2_output_of(const swiftlet_requantization *requantization) {
  avx2_output output;
  output.zero_point = _mm256_set1_epi16((short)requantization->zero_point);
  output.lower = _mm256_set1_epi8((char)requantization->lower);
  output.upper = _mm256_set1_epi8((char)requantization->upper);
  return output;
}

// roundHalfEven(float(acc) * multiplier): the default rounding of MXCSR.
AVX2_INLINE __m256i avx2_scale(__m256i acc, __m256 multiplier) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(acc), multiplier));
}

AVX2_INLINE __m256i avx2_clamp(__m256i bytes, avx2_output output) {
  return _mm256_min_epu8(_mm256_max_epu8(bytes, output.lower), output.upper);
}

AVX2_INLINE __m128i avx2_clamp_half(__m128i bytes, avx2_output output) {
  bytes = _mm_max_epu8(bytes, _mm256_castsi256_si128(output.lower));
  return _mm_min_epu8(bytes, _mm256_castsi256_si128(output.upper));
}

// Twice 16 scaled values to bytes, in order, a half each. Saturation to int16 comes before the clamp
// and is wider.
AVX2_INLINE __m256i avx2_narrow32(__m256i low_a, __m256i high_a, __m256i low_b, __m256i high_b,
                                  avx2_output output) {
  __m256i a = _mm256_adds_epi16(_mm256_packs_epi32(low_a, high_a), output.zero_point);
  __m256i b = _mm256_adds_epi16(_mm256_packs_epi32(low_b, high_b), output.zero_point);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_permutevar8x32_epi32(avx2_clamp(_mm256_packus_epi16(a, b), output), order);
}

// 16 scaled values to bytes, in order. Saturation to int16 comes before the clamp and is wider.
AVX2_INLINE __m128i avx2_narrow16(__m256i low, __m256i high, avx2_output output) {
  __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(low, high), output.zero_point);
  words = _mm256_permute4x64_epi64(words, 0xD8);
  __m128i bytes =
      _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return avx2_clamp_half(bytes, output);
}

// 8 scaled values to bytes, in order, in the lower half.
AVX2_INLINE __m128i avx2_narrow8(__m256i low, avx2_output output) {
  __m128i words =
      _mm_packs_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  words = _mm_adds_epi16(words, _mm256_castsi256_si128(output.zero_point));
  __m128i bytes = _mm_packus_epi16(words, words);
  return avx2_clamp_half(bytes, output);
}

// Stores the first `count` (at most 16) bytes.
AVX2_INLINE void avx2_store_bytes(uint8_t *to, __m128i bytes, size_t count) {
  uint8_t all[16];
  _mm_storeu_si128((__m128i *)all, bytes);
  memcpy(to, all, count);
}
