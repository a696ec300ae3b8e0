// SPDX-License-Identifier: Apache-2.0
#include "pool_support.h"

#if defined(__ARM_NEON)
#include "neon_support.h"

// 16 channels from `first` on. Reads up to 15 bytes behind.
SWIFTLET_INLINE uint8x16_t largest(const swiftlet_pool *p, const pool_window *window,
                                   const uint8_t *first) {
  uint8x16_t bytes = vdupq_n_u8(0);
  for (size_t i = 0; i < window->rows; i++, first += p->input_width * p->channels) {
    const uint8_t *tap = first;
    for (size_t k = 0; k < window->columns; k++, tap += p->channels)
      bytes = vmaxq_u8(bytes, vld1q_u8(tap));
  }
  return bytes;
}

void max_pool_u8_1x16__neon(const swiftlet_pool *p, size_t row_begin, size_t row_end) {
  const uint8x16_t lower = vdupq_n_u8((uint8_t)p->lower), upper = vdupq_n_u8((uint8_t)p->upper);
  for (size_t y = row_begin; y < row_end; y++) {
    uint8_t *to = p->output + y * p->output_width * p->channels;
    for (size_t x = 0; x < p->output_width; x++, to += p->channels) {
      pool_window window = pool_window_at(p, y, x);
      for (size_t n = 0; n < p->channels; n += 16) {
        uint8x16_t bytes = largest(p, &window, window.first + n);
        bytes = vminq_u8(vmaxq_u8(bytes, lower), upper);
        neon_store_pair(to + n, bytes, swiftlet_least(p->channels - n, 16));
      }
    }
  }
}
#endif
