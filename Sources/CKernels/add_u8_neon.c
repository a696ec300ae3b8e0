// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

#if defined(__ARM_NEON)
#include "neon_support.h"

typedef struct {
  uint8x8_t zero_a, zero_b;
  float32x4_t multiplier_a, multiplier_b;
  neon_output output;
} add_constants;

// float(difference) * multiplier of four differences.
SWIFTLET_INLINE float32x4_t product(int16x4_t difference, float32x4_t multiplier) {
  return vmulq_f32(vcvtq_f32_s32(vmovl_s16(difference)), multiplier);
}

SWIFTLET_INLINE uint8x8_t add_eight(uint8x8_t a, uint8x8_t b, const add_constants *c) {
  int16x8_t first = vreinterpretq_s16_u16(vsubl_u8(a, c->zero_a));
  int16x8_t second = vreinterpretq_s16_u16(vsubl_u8(b, c->zero_b));
  float32x4_t low = vaddq_f32(product(vget_low_s16(first), c->multiplier_a),
                              product(vget_low_s16(second), c->multiplier_b));
  float32x4_t high = vaddq_f32(product(vget_high_s16(first), c->multiplier_a),
                               product(vget_high_s16(second), c->multiplier_b));
  return neon_narrow(vcombine_s16(neon_round(low), neon_round(high)), c->output);
}

void add_u8_1x16__neon(const swiftlet_add *add, const uint8_t *a, const uint8_t *b,
                       uint8_t *output, size_t count) {
  const add_constants c = {.zero_a = vdup_n_u8((uint8_t)add->zero_a),
                           .zero_b = vdup_n_u8((uint8_t)add->zero_b),
                           .multiplier_a = vdupq_n_f32(add->multiplier_a),
                           .multiplier_b = vdupq_n_f32(add->multiplier_b),
                           .output = neon_output_of(add->zero_point, add->lower, add->upper)};
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    uint8x16_t first = vld1q_u8(a + i), second = vld1q_u8(b + i);
    uint8x8_t low = add_eight(vget_low_u8(first), vget_low_u8(second), &c);
    uint8x8_t high = add_eight(vget_high_u8(first), vget_high_u8(second), &c);
    vst1q_u8(output + i, vcombine_u8(low, high));
  }
  while (i < count) {
    size_t rest = swiftlet_least(count - i, 8);
    uint8_t first[8] = {0}, second[8] = {0};
    memcpy(first, a + i, rest);
    memcpy(second, b + i, rest);
    neon_store_bytes(output + i, add_eight(vld1_u8(first), vld1_u8(second), &c), rest);
    i += rest;
  }
}
#endif
