// SPDX-License-Identifier: Apache-2.0
//
// Sums in u16 for as many taps as cannot overflow it, then in u32.
#include "pool_support.h"

#if defined(__ARM_NEON)
#include "neon_support.h"

// 256 * 255 < 2^16.
#define SHORT_SUM_TAPS 256

typedef struct {
  uint16x8_t words[2];
  uint32x4_t sums[4];
} channel_sums;

SWIFTLET_INLINE void widen(channel_sums *s) {
  SWIFTLET_UNROLL for (int i = 0; i < 2; i++) {
    s->sums[2 * i] = vaddw_u16(s->sums[2 * i], vget_low_u16(s->words[i]));
    s->sums[2 * i + 1] = vaddw_u16(s->sums[2 * i + 1], vget_high_u16(s->words[i]));
    s->words[i] = vdupq_n_u16(0);
  }
}

// 16 channels from `first` on. Reads up to 15 bytes behind.
SWIFTLET_INLINE channel_sums sum_taps(const swiftlet_pool *p, const pool_window *window,
                                      const uint8_t *first) {
  channel_sums s = {{vdupq_n_u16(0), vdupq_n_u16(0)},
                    {vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u32(0)}};
  size_t left = SHORT_SUM_TAPS;
  for (size_t i = 0; i < window->rows; i++, first += p->input_width * p->channels) {
    const uint8_t *tap = first;
    for (size_t k = 0; k < window->columns; k++, tap += p->channels) {
      uint8x16_t bytes = vld1q_u8(tap);
      s.words[0] = vaddw_u8(s.words[0], vget_low_u8(bytes));
      s.words[1] = vaddw_u8(s.words[1], vget_high_u8(bytes));
      if (--left == 0) {
        widen(&s);
        left = SHORT_SUM_TAPS;
      }
    }
  }
  widen(&s);
  return s;
}

// NEON of ARMv7 does not divide.
SWIFTLET_INLINE float32x4_t quotients(float32x4_t numbers, float divisor) {
#if defined(__aarch64__)
  return vdivq_f32(numbers, vdupq_n_f32(divisor));
#else
  float each[4];
  vst1q_f32(each, numbers);
  for (int i = 0; i < 4; i++) each[i] /= divisor;
  return vld1q_f32(each);
#endif
}

SWIFTLET_INLINE int16x4_t mean(const swiftlet_pool *p, const pool_window *window, uint32x4_t sum) {
  int32_t zeros = (int32_t)(window->rows * window->columns) * p->input_zero;
  int32x4_t difference = vsubq_s32(vreinterpretq_s32_u32(sum), vdupq_n_s32(zeros));
  float32x4_t product = vmulq_f32(vcvtq_f32_s32(difference), vdupq_n_f32(p->multiplier));
  return neon_round(quotients(product, (float)window->divisor));
}

void average_pool_u8_1x16__neon(const swiftlet_pool *p, size_t row_begin, size_t row_end) {
  const neon_output output = neon_output_of(p->zero_point, p->lower, p->upper);
  for (size_t y = row_begin; y < row_end; y++) {
    uint8_t *to = p->output + y * p->output_width * p->channels;
    for (size_t x = 0; x < p->output_width; x++, to += p->channels) {
      pool_window window = pool_window_at(p, y, x);
      for (size_t n = 0; n < p->channels; n += 16) {
        channel_sums s = sum_taps(p, &window, window.first + n);
        SWIFTLET_UNROLL for (size_t i = 0; i < 2; i++) {
          if (n + 8 * i >= p->channels) break;
          int16x8_t words = vcombine_s16(mean(p, &window, s.sums[2 * i]),
                                         mean(p, &window, s.sums[2 * i + 1]));
          neon_store_bytes(to + n + 8 * i, neon_narrow(words, output),
                           swiftlet_least(p->channels - n - 8 * i, 8));
        }
      }
    }
  }
}
#endif
