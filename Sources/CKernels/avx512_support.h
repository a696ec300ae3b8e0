// SPDX-License-Identifier: Apache-2.0
//
// AVX-512: the output stage and stores that touch nothing behind the last channel.
#pragma once
#include "kernel_support.h"

#include <immintrin.h>
#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define AVX512_INLINE \
  static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512vnni")))

// Four bytes, read as they lie, in all lanes.
AVX512_INLINE __m512i avx512_broadcast(const void *bytes) {
  int32_t value;
  memcpy(&value, bytes, sizeof value);
  return _mm512_set1_epi32(value);
}

typedef struct {
  __m512i zero_point, lower, upper, order;
} avx512_output;

AVX512_INLINE avx512_output avx512_output_of(const swiftlet_requantization *requantization) {
  avx512_output output;
  output.zero_point = _mm512_set1_epi16((short)requantization->zero_point);
  output.lower = _mm512_set1_epi8((char)requantization->lower);
  output.upper = _mm512_set1_epi8((char)requantization->upper);
  output.order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return output;
}

// roundHalfEven(float(acc) * multiplier): the default rounding of MXCSR.
AVX512_INLINE __m512i avx512_scale(__m512i acc, __m512 multiplier) {
  return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(acc), multiplier));
}

// Four times 16 scaled values to 64 bytes, in order. Saturation to int16 comes before the clamp and
// is wider.
AVX512_INLINE __m512i avx512_narrow(__m512i a, __m512i b, __m512i c, __m512i d,
                                    avx512_output output) {
  __m512i ab = _mm512_adds_epi16(_mm512_packs_epi32(a, b), output.zero_point);
  __m512i cd = _mm512_adds_epi16(_mm512_packs_epi32(c, d), output.zero_point);
  __m512i bytes = _mm512_packus_epi16(ab, cd);
  bytes = _mm512_min_epu8(_mm512_max_epu8(bytes, output.lower), output.upper);
  return _mm512_permutexvar_epi32(output.order, bytes);
}

// Stores the first `count` (at most 64) bytes.
AVX512_INLINE void avx512_store_bytes(uint8_t *to, __m512i bytes, size_t count) {
  uint8_t all[64];
  _mm512_storeu_si512(all, bytes);
  memcpy(to, all, count);
}
