// SPDX-License-Identifier: Apache-2.0
//
// Preprocessing, one pixel at a time: what vector kernels use at the end of a row.
#pragma once
#include "kernel_support.h"

#define SWIFTLET_COLOUR_BITS 13

SWIFTLET_INLINE uint8_t swiftlet_colour_byte(int32_t sum) {
  int32_t value = (sum + (1 << (SWIFTLET_COLOUR_BITS - 1))) >> SWIFTLET_COLOUR_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Pixels [begin, end) of a row.
SWIFTLET_INLINE void swiftlet_frame_pixels(const swiftlet_frame_row *row, uint8_t *output,
                                           size_t begin, size_t end) {
  for (size_t x = begin; x < end; x++) {
    size_t chroma = (x >> row->chroma_shift) * row->chroma_step;
    int32_t y = (row->luma[x * row->luma_step] - row->luma_zero) * row->luma_weight;
    int32_t a = row->first[chroma] - 128, b = row->second[chroma] - 128;
    output[4 * x] = swiftlet_colour_byte(y + row->weights[0] * a);
    output[4 * x + 1] = swiftlet_colour_byte(y + row->weights[1] * a + row->weights[2] * b);
    output[4 * x + 2] = swiftlet_colour_byte(y + row->weights[3] * b);
    output[4 * x + 3] = 0;
  }
}

SWIFTLET_INLINE int32_t swiftlet_resize_weight(const int16_t *weights, size_t tap) {
  const int16_t *quad = weights + tap / 4 * 8 + tap % 4;
  return quad[0] * (1 << SWIFTLET_RESIZE_LOW_BITS) + quad[4];
}

// Sums are those of weights that add up to about 2^22, and not negative.
SWIFTLET_INLINE uint8_t swiftlet_resize_byte(int32_t sum) {
  int32_t value = (sum + (1 << (SWIFTLET_RESIZE_BITS - 1))) >> SWIFTLET_RESIZE_BITS;
  return (uint8_t)(value > 255 ? 255 : value);
}

// Outputs [begin, end) of a row.
SWIFTLET_INLINE void swiftlet_resize_pixels(const swiftlet_resize_row *resize, uint8_t *output,
                                            size_t begin, size_t end) {
  const size_t channels = resize->step == 1 ? 1 : 3;
  for (size_t i = begin; i < end; i++) {
    const int16_t *weights = resize->weights + i * resize->quads * 8;
    const uint8_t *pixel =
        resize->pixels + (size_t)(resize->taps[i].start - resize->origin) * resize->step;
    for (size_t channel = 0; channel < channels; channel++) {
      size_t place = channels == 1 || channel == 1 ? channel : (size_t)(resize->first ^ channel);
      int32_t sum = 0;
      for (int32_t tap = 0; tap < resize->taps[i].count; tap++)
        sum += swiftlet_resize_weight(weights, (size_t)tap) *
               pixel[(size_t)tap * resize->step + place];
      output[i * channels + channel] = swiftlet_resize_byte(sum);
    }
  }
}

// How many of the first `count` outputs read no byte behind the row when they read whole quads of
// taps, the last one as `quad_bytes`.
SWIFTLET_INLINE size_t swiftlet_whole_quads(const swiftlet_resize_row *resize, size_t count,
                                            size_t quad_bytes) {
  const size_t reach = (resize->quads - 1) * 4 * resize->step + quad_bytes;
  while (count > 0 && (size_t)(resize->taps[count - 1].start - resize->origin) * resize->step +
                              reach > resize->byte_count)
    count--;
  return count;
}

// Bytes [begin, end) of a weighted sum of rows.
SWIFTLET_INLINE void swiftlet_resize_bytes(const swiftlet_resize_column *resize, uint8_t *output,
                                           size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    int32_t sum = 0;
    for (size_t tap = 0; tap < resize->count; tap++)
      sum += swiftlet_resize_weight(resize->weights, tap) * resize->rows[tap][i];
    output[i] = swiftlet_resize_byte(sum);
  }
}
