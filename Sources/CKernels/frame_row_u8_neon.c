// SPDX-License-Identifier: Apache-2.0
//
// Sixteen pixels at a time. Loads that take structures apart give even and odd pixels, which share
// their chroma, so that nothing is replicated before the sums.
#include "pixel_support.h"

#if defined(__ARM_NEON)
#include "neon_support.h"

typedef struct {
  uint8x8_t channels[3];
} eight_colours;

SWIFTLET_INLINE uint8x8_t colour_bytes(int32x4_t low, int32x4_t high) {
  // Rounds half up, and makes nothing of negative sums.
  return vqmovn_u16(vcombine_u16(vqrshrun_n_s32(low, SWIFTLET_COLOUR_BITS),
                                 vqrshrun_n_s32(high, SWIFTLET_COLOUR_BITS)));
}

SWIFTLET_INLINE int16x8_t difference(uint8x8_t bytes, int16_t zero) {
  return vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(bytes)), vdupq_n_s16(zero));
}

SWIFTLET_INLINE eight_colours convert(const swiftlet_frame_row *row, uint8x8_t luma,
                                      uint8x8_t first, uint8x8_t second) {
  const int16_t *w = row->weights;
  int16x8_t y = difference(luma, row->luma_zero);
  int16x8_t a = difference(first, 128), b = difference(second, 128);
  int32x4_t low = vmull_n_s16(vget_low_s16(y), row->luma_weight);
  int32x4_t high = vmull_n_s16(vget_high_s16(y), row->luma_weight);
  eight_colours result;
  result.channels[0] = colour_bytes(vmlal_n_s16(low, vget_low_s16(a), w[0]),
                                    vmlal_n_s16(high, vget_high_s16(a), w[0]));
  result.channels[1] =
      colour_bytes(vmlal_n_s16(vmlal_n_s16(low, vget_low_s16(a), w[1]), vget_low_s16(b), w[2]),
                   vmlal_n_s16(vmlal_n_s16(high, vget_high_s16(a), w[1]), vget_high_s16(b), w[2]));
  result.channels[2] = colour_bytes(vmlal_n_s16(low, vget_low_s16(b), w[3]),
                                    vmlal_n_s16(high, vget_high_s16(b), w[3]));
  return result;
}

// Pixels 0...7 and 8...15, or the even and the odd ones.
SWIFTLET_INLINE void store(uint8_t *output, eight_colours front, eight_colours back,
                           int are_interleaved) {
  uint8x16x4_t pixels;
  SWIFTLET_UNROLL
  for (int i = 0; i < 3; i++) {
    uint8x8_t a = front.channels[i], b = back.channels[i];
    const uint8x8x2_t zipped = vzip_u8(a, b);
    pixels.val[i] =
        are_interleaved ? vcombine_u8(zipped.val[0], zipped.val[1]) : vcombine_u8(a, b);
  }
  pixels.val[3] = vdupq_n_u8(0);
  vst4q_u8(output, pixels);
}

void frame_row_u8_1x16__neon(const swiftlet_frame_row *row, uint8_t *output, size_t count) {
  const int is_packed = row->luma_step == 2, is_semiplanar = !is_packed && row->chroma_step == 2;
  const int is_full = row->chroma_shift == 0, is_swapped = row->second < row->first;
  const uint8_t *chroma = is_swapped ? row->second : row->first;
  const int luma_comes_first = row->luma < chroma;
  const uint8_t *base = luma_comes_first ? row->luma : chroma;
  size_t x = 0;
  for (; x + 16 <= count; x += 16) {
    if (is_full) {
      eight_colours front = convert(row, vld1_u8(row->luma + x), vld1_u8(row->first + x),
                                    vld1_u8(row->second + x));
      eight_colours back = convert(row, vld1_u8(row->luma + x + 8), vld1_u8(row->first + x + 8),
                                   vld1_u8(row->second + x + 8));
      store(output + 4 * x, front, back, 0);
      continue;
    }
    uint8x8_t even, odd, first, second;
    if (is_packed) {
      uint8x8x4_t samples = vld4_u8(base + 2 * x);
      even = luma_comes_first ? samples.val[0] : samples.val[1];
      odd = luma_comes_first ? samples.val[2] : samples.val[3];
      first = luma_comes_first ? samples.val[1] : samples.val[0];
      second = luma_comes_first ? samples.val[3] : samples.val[2];
    } else {
      uint8x8x2_t luma = vld2_u8(row->luma + x);
      even = luma.val[0];
      odd = luma.val[1];
      if (is_semiplanar) {
        uint8x8x2_t samples = vld2_u8(chroma + x);
        first = samples.val[0];
        second = samples.val[1];
      } else {
        first = vld1_u8(row->first + x / 2);
        second = vld1_u8(row->second + x / 2);
      }
    }
    if (is_swapped && (is_packed || is_semiplanar)) {
      uint8x8_t other = first;
      first = second;
      second = other;
    }
    store(output + 4 * x, convert(row, even, first, second), convert(row, odd, first, second), 1);
  }
  swiftlet_frame_pixels(row, output, x, count);
}
#endif
