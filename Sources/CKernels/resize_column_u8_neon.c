// SPDX-License-Identifier: Apache-2.0
//
// Sixteen columns at a time, high and low halves of the weights apart.
#include "pixel_support.h"

#if defined(__ARM_NEON)
#include "neon_support.h"

SWIFTLET_INLINE void columns(const swiftlet_resize_column *resize, uint8_t *output, size_t i) {
  int32x4_t high[4], low[4];
  SWIFTLET_UNROLL
  for (int k = 0; k < 4; k++) high[k] = low[k] = vdupq_n_s32(0);
  for (size_t tap = 0; tap < resize->count; tap++) {
    const int16_t *weights = resize->weights + tap / 4 * 8 + tap % 4;
    uint8x16_t bytes = vld1q_u8(resize->rows[tap] + i);
    int16x8_t front = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes)));
    int16x8_t back = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(bytes)));
    int16x4_t words[4] = {vget_low_s16(front), vget_high_s16(front), vget_low_s16(back),
                          vget_high_s16(back)};
    SWIFTLET_UNROLL
    for (int k = 0; k < 4; k++) {
      high[k] = vmlal_n_s16(high[k], words[k], weights[0]);
      low[k] = vmlal_n_s16(low[k], words[k], weights[4]);
    }
  }
  SWIFTLET_UNROLL
  for (int k = 0; k < 4; k++) low[k] = neon_whole(high[k], low[k]);
  vst1_u8(output + i, neon_resize_bytes(low[0], low[1]));
  vst1_u8(output + i + 8, neon_resize_bytes(low[2], low[3]));
}

void resize_column_u8_1x16__neon(const swiftlet_resize_column *resize, uint8_t *output,
                                 size_t byte_count) {
  if (byte_count < 16) {
    swiftlet_resize_bytes(resize, output, 0, byte_count);
    return;
  }
  size_t i = 0;
  for (; i + 16 <= byte_count; i += 16) columns(resize, output, i);
  // The last columns once more, together with some before them.
  if (i < byte_count) columns(resize, output, byte_count - 16);
}
#endif
