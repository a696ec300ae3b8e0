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
  __m256i zero_point;
  __m128i lower, upper;
} avx2_output;

AVX2_INLINE avx2_output avx2_output_of(const swiftlet_requantization *requantization) {
  avx2_output output;
  output.zero_point = _mm256_set1_epi16((short)requantization->zero_point);
  output.lower = _mm_set1_epi8((char)requantization->lower);
  output.upper = _mm_set1_epi8((char)requantization->upper);
  return output;
}

// roundHalfEven(float(acc) * multiplier): the default rounding of MXCSR.
AVX2_INLINE __m256i avx2_scale(__m256i acc, __m256 multiplier) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(acc), multiplier));
}

// 16 scaled values to bytes, in order. Saturation to int16 comes before the clamp and is wider.
AVX2_INLINE __m128i avx2_narrow16(__m256i low, __m256i high, avx2_output output) {
  __m256i words = _mm256_adds_epi16(_mm256_packs_epi32(low, high), output.zero_point);
  words = _mm256_permute4x64_epi64(words, 0xD8);
  __m128i bytes =
      _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return _mm_min_epu8(_mm_max_epu8(bytes, output.lower), output.upper);
}

// 8 scaled values to bytes, in order, in the lower half.
AVX2_INLINE __m128i avx2_narrow8(__m256i low, avx2_output output) {
  __m128i words =
      _mm_packs_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  words = _mm_adds_epi16(words, _mm256_castsi256_si128(output.zero_point));
  __m128i bytes = _mm_packus_epi16(words, words);
  return _mm_min_epu8(_mm_max_epu8(bytes, output.lower), output.upper);
}

// Stores the first `count` (at most 16) bytes.
AVX2_INLINE void avx2_store_bytes(uint8_t *to, __m128i bytes, size_t count) {
  uint8_t all[16];
  _mm_storeu_si128((__m128i *)all, bytes);
  memcpy(to, all, count);
}
