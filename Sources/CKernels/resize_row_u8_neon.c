// SPDX-License-Identifier: Apache-2.0
//
// Three channels: a table look-up puts four taps into four words each, whatever the pixel's size;
// high and low halves of the weights are summed apart.
#include "pixel_support.h"

#if defined(__ARM_NEON)
#include "neon_support.h"

// Where the bytes of four taps go: the channels in the output's order, and zero.
SWIFTLET_INLINE uint8x16_t quad_order(const swiftlet_resize_row *resize) {
  uint8_t order[16];
  for (int i = 0; i < 16; i++) {
    int channel = i % 4, place = channel == 1 ? 1 : resize->first ^ channel;
    order[i] = channel == 3 ? 0xFF : (uint8_t)(i / 4 * resize->step + place);
  }
  return vld1q_u8(order);
}

SWIFTLET_INLINE int32x4_t products(int32x4_t sum, int16x8_t front, int16x8_t back,
                                   int16x4_t weights) {
  sum = vmlal_lane_s16(sum, vget_low_s16(front), weights, 0);
  sum = vmlal_lane_s16(sum, vget_high_s16(front), weights, 1);
  sum = vmlal_lane_s16(sum, vget_low_s16(back), weights, 2);
  return vmlal_lane_s16(sum, vget_high_s16(back), weights, 3);
}

// The sums of one output pixel's channels.
SWIFTLET_INLINE int32x4_t pixel_sums(const swiftlet_resize_row *resize, size_t i,
                                     uint8x16_t order) {
  const uint8_t *pixel =
      resize->pixels + (size_t)(resize->taps[i].start - resize->origin) * resize->step;
  const int16_t *weights = resize->weights + i * resize->quads * 8;
  int32x4_t high = vdupq_n_s32(0), low = high;
  for (size_t quad = 0; quad < resize->quads; quad++) {
    uint8x16_t bytes = neon_lookup(vld1q_u8(pixel + quad * 4 * resize->step), order);
    int16x8_t front = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes)));
    int16x8_t back = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(bytes)));
    high = products(high, front, back, vld1_s16(weights + quad * 8));
    low = products(low, front, back, vld1_s16(weights + quad * 8 + 4));
  }
  return neon_whole(high, low);
}

// Four output pixels: 12 bytes.
SWIFTLET_INLINE void colours(const swiftlet_resize_row *resize, size_t i, uint8x16_t order,
                             uint8_t *output) {
  static const uint8_t dense[16] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14};
  uint8x8_t front =
      neon_resize_bytes(pixel_sums(resize, i, order), pixel_sums(resize, i + 1, order));
  uint8x8_t back =
      neon_resize_bytes(pixel_sums(resize, i + 2, order), pixel_sums(resize, i + 3, order));
  uint8x16_t bytes = neon_lookup(vcombine_u8(front, back), vld1q_u8(dense));
  vst1_u8(output, vget_low_u8(bytes));
  const uint32_t last = vgetq_lane_u32(vreinterpretq_u32_u8(bytes), 2);
  memcpy(output + 8, &last, sizeof last);
}

SWIFTLET_INLINE int32_t grey_sum(const swiftlet_resize_row *resize, size_t i) {
  const uint8_t *pixel = resize->pixels + (size_t)(resize->taps[i].start - resize->origin);
  const int16_t *weights = resize->weights + i * resize->quads * 8;
  int32x4_t high = vdupq_n_s32(0), low = high;
  for (size_t quad = 0; quad < resize->quads; quad++) {
    uint32_t four;
    memcpy(&four, pixel + quad * 4, sizeof four);
    uint16x8_t words = vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four)));
    int16x4_t taps = vreinterpret_s16_u16(vget_low_u16(words));
    high = vmlal_s16(high, taps, vld1_s16(weights + quad * 8));
    low = vmlal_s16(low, taps, vld1_s16(weights + quad * 8 + 4));
  }
  return neon_sum(neon_whole(high, low));
}

void resize_row_u8_1x4__neon(const swiftlet_resize_row *resize, uint8_t *output, size_t count) {
  size_t i = 0;
  if (resize->step == 1) {
    const size_t whole_quads = swiftlet_whole_quads(resize, count, 4);
    for (; i < whole_quads; i++) output[i] = swiftlet_resize_byte(grey_sum(resize, i));
  } else {
    const uint8x16_t order = quad_order(resize);
    const size_t whole_quads = swiftlet_whole_quads(resize, count, 16);
    for (; i + 4 <= whole_quads; i += 4) colours(resize, i, order, output + 3 * i);
  }
  swiftlet_resize_pixels(resize, output, i, count);
}
#endif
