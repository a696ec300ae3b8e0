// SPDX-License-Identifier: Apache-2.0
//
// The multiplications of the convolution kernels without anything around them: no loads, no
// output. What they reach is the bound of the kernels.
#include "kernel_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"
#include "avx512_support.h"
#include "avxvnni_support.h"

// Steps of each sum in one turn of the loop, so that the loop itself costs nothing wherever it lies.
#define STEPS 4

// `count` independent sums hide the latency of an addition and leave registers for the operands.
// The compiler takes the operands for new ones at each step, so that it computes all of it.
#define PEAK(name, attributes, vector, zero, products, count, step)             \
  attributes static size_t name(size_t rounds) {                               \
    vector sums[count], a = zero, b = zero, ones = zero;                        \
    SWIFTLET_UNROLL for (int i = 0; i < (count); i++) sums[i] = zero;             \
    SWIFTLET_ROLLED for (size_t round = 0; round < rounds; round += STEPS) {   \
      SWIFTLET_UNROLL for (int i = 0; i < (count) * STEPS; i++) {                 \
        __asm__ volatile("" : "+v"(a), "+v"(b), "+v"(ones));                   \
        sums[i % (count)] = step(sums[i % (count)], a, b, ones);                \
        __asm__ volatile("" : "+v"(sums[i % (count)]));                          \
      }                                                                        \
    }                                                                          \
    return (rounds + STEPS - 1) / STEPS * STEPS * (count) * (products);           \
  }

AVX2_INLINE __m256i exact_step(__m256i sum, __m256i a, __m256i b, __m256i ones) {
  (void)ones;
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}

AVX2_INLINE __m256i plain_step(__m256i sum, __m256i a, __m256i b, __m256i ones) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
}

AVX2_INLINE __m256i pair_step(__m256i sum, __m256i a, __m256i b, __m256i ones) {
  __m256i first = _mm256_maddubs_epi16(a, b), second = _mm256_maddubs_epi16(b, a);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_add_epi16(first, second), ones));
}

AVXVNNI_INLINE __m256i short_dot_step(__m256i sum, __m256i a, __m256i b, __m256i ones) {
  (void)ones;
  return _mm256_dpbusd_avx_epi32(sum, a, b);
}

AVX512_INLINE __m512i dot_step(__m512i sum, __m512i a, __m512i b, __m512i ones) {
  (void)ones;
  return _mm512_dpbusd_epi32(sum, a, b);
}

PEAK(exact_peak, AVX2, __m256i, _mm256_setzero_si256(), 16, 12, exact_step)
PEAK(plain_peak, AVX2, __m256i, _mm256_setzero_si256(), 32, 12, plain_step)
PEAK(pair_peak, AVX2, __m256i, _mm256_setzero_si256(), 64, 10, pair_step)
PEAK(short_dot_peak, AVXVNNI, __m256i, _mm256_setzero_si256(), 32, 12, short_dot_step)
PEAK(dot_peak, AVX512, __m512i, _mm512_setzero_si512(), 64, 20, dot_step)

size_t swiftlet_peak(swiftlet_isa isa, swiftlet_proof proof, size_t rounds) {
  if (!swiftlet_isa_is_supported(isa)) return 0;
  if (isa == SWIFTLET_ISA_AVX512VNNI) return dot_peak(rounds);
  if (isa == SWIFTLET_ISA_AVXVNNI) return short_dot_peak(rounds);
  if (isa != SWIFTLET_ISA_AVX2) return 0;
  switch (proof) {
    case SWIFTLET_PROOF_QUAD: return pair_peak(rounds);
    case SWIFTLET_PROOF_PAIR: return plain_peak(rounds);
    default: return exact_peak(rounds);
  }
}
#else
size_t swiftlet_peak(swiftlet_isa isa, swiftlet_proof proof, size_t rounds) {
  (void)isa;
  (void)proof;
  (void)rounds;
  return 0;
}
#endif
