// SPDX-License-Identifier: Apache-2.0
//
// NEON of 64-bit ARM, which every such processor has, and of ARMv7: the output stage, and what the
// resizing kernels share. NEON of ARMv7 takes denormal numbers for zero; docs/kernels.md shows that
// no byte depends on it.
#pragma once
#include "kernel_support.h"

#include <arm_neon.h>
#include <string.h>

// Sums with 2^11 apart: high * 2^11 + low.
SWIFTLET_INLINE int32x4_t neon_whole(int32x4_t high, int32x4_t low) {
  return vaddq_s32(vshlq_n_s32(high, SWIFTLET_RESIZE_LOW_BITS), low);
}

// Eight sums of a resize to bytes: rounded half up, shifted down by 22, at most 255.
SWIFTLET_INLINE uint8x8_t neon_resize_bytes(int32x4_t front, int32x4_t back) {
  uint16x4_t low = vqmovun_s32(vrshrq_n_s32(front, SWIFTLET_RESIZE_BITS));
  uint16x4_t high = vqmovun_s32(vrshrq_n_s32(back, SWIFTLET_RESIZE_BITS));
  return vqmovn_u16(vcombine_u16(low, high));
}

// table[order], and 0 where the order is beyond the table.
SWIFTLET_INLINE uint8x16_t neon_lookup(uint8x16_t table, uint8x16_t order) {
#if defined(__aarch64__)
  return vqtbl1q_u8(table, order);
#else
  const uint8x8x2_t halves = {{vget_low_u8(table), vget_high_u8(table)}};
  return vcombine_u8(vtbl2_u8(halves, vget_low_u8(order)), vtbl2_u8(halves, vget_high_u8(order)));
#endif
}

// The sums of neighbours, of the lower numbers first.
SWIFTLET_INLINE int32x4_t neon_add_neighbours(int32x4_t low, int32x4_t high) {
#if defined(__aarch64__)
  return vpaddq_s32(low, high);
#else
  return vcombine_s32(vpadd_s32(vget_low_s32(low), vget_high_s32(low)),
                      vpadd_s32(vget_low_s32(high), vget_high_s32(high)));
#endif
}

SWIFTLET_INLINE int32_t neon_sum(int32x4_t numbers) {
#if defined(__aarch64__)
  return vaddvq_s32(numbers);
#else
  int32x2_t halves = vadd_s32(vget_low_s32(numbers), vget_high_s32(numbers));
  return vget_lane_s32(vpadd_s32(halves, halves), 0);
#endif
}

typedef struct {
  int16x8_t zero_point;
  uint8x8_t lower, upper;
} neon_output;

SWIFTLET_INLINE neon_output neon_output_of(int32_t zero_point, int32_t lower, int32_t upper) {
  return (neon_output){vdupq_n_s16((int16_t)zero_point), vdup_n_u8((uint8_t)lower),
                       vdup_n_u8((uint8_t)upper)};
}

// Four numbers to words, rounded half to even; what lies beyond -512...512 need not be exact, but
// beyond.
SWIFTLET_INLINE int16x4_t neon_round(float32x4_t numbers) {
#if defined(__aarch64__)
  return vqmovn_s32(vcvtnq_s32_f32(numbers));
#else
  // Adding 1.5 * 2^23 leaves the integer in the lowest bits, rounded as the addition is.
  numbers = vminq_f32(vmaxq_f32(numbers, vdupq_n_f32(-512)), vdupq_n_f32(512));
  return vmovn_s32(vreinterpretq_s32_f32(vaddq_f32(numbers, vdupq_n_f32(0x1.8p23f))));
#endif
}

// roundHalfEven(float(acc) * multiplier) of eight accumulators.
SWIFTLET_INLINE int16x8_t neon_scale(int32x4_t low, int32x4_t high, const float *multiplier) {
  return vcombine_s16(
      neon_round(vmulq_f32(vcvtq_f32_s32(low), vld1q_f32(multiplier))),
      neon_round(vmulq_f32(vcvtq_f32_s32(high), vld1q_f32(multiplier + 4))));
}

// Eight rounded numbers to bytes. Saturation to int16 comes before the clamp and is wider.
SWIFTLET_INLINE uint8x8_t neon_narrow(int16x8_t words, neon_output output) {
  uint8x8_t bytes = vqmovun_s16(vqaddq_s16(words, output.zero_point));
  return vmin_u8(vmax_u8(bytes, output.lower), output.upper);
}

// Stores the first `count` (at most 8) bytes.
SWIFTLET_INLINE void neon_store_bytes(uint8_t *to, uint8x8_t bytes, size_t count) {
  if (count == 8) return vst1_u8(to, bytes);
  uint8_t all[8];
  vst1_u8(all, bytes);
  memcpy(to, all, count);
}

// Stores the first `count` (at most 16) bytes.
SWIFTLET_INLINE void neon_store_pair(uint8_t *to, uint8x16_t bytes, size_t count) {
  if (count == 16) return vst1q_u8(to, bytes);
  uint8_t all[16];
  vst1q_u8(all, bytes);
  memcpy(to, all, count);
}
