// SPDX-License-Identifier: Apache-2.0
//
// The NEON convolution around its inner loop. A vector is eight channels. The including file defines
// before
//   TILE_INLINE, TILE_ROWS and TILE_VECTORS (convolution_driver.h); a tile has one vector, or the
//     two of a block
// and after it
//   start(acc, bias, rows, vectors)      what the accumulators hold at first
//   multiply(acc, segment, ...)          adds one segment
//   finish(acc, rows, vectors)           leaves the sums of each row in order, four in a register
#pragma once
#include "neon_support.h"
#define TILE_CHANNELS 8
#include "convolution_driver.h"

// Accumulators of a tile; most kernels need two for each row and vector.
typedef int32x4_t neon_accumulators[TILE_MAX_ROWS][4 * TILE_MAX_VECTORS];

// Where the products of one segment are read.
typedef struct {
  const uint8_t *inputs[TILE_MAX_ROWS];
  const int8_t *weights;  // of the tile's channels in a block, rows of 64 bytes
  size_t k_groups;        // even
  int is_centred;         // inputs are centred, because they may exceed 127
} neon_segment;

TILE_INLINE void start(neon_accumulators acc, const int32_t *bias, int rows, int vectors);
TILE_INLINE void multiply(neon_accumulators acc, neon_segment segment, int rows, int vectors);
TILE_INLINE void finish(neon_accumulators acc, int rows, int vectors);

// Keeps values in registers, where and when they are: without it the compiler reorders and spills.
#define PIN(value) __asm__ volatile("" : "+w"(value))
#define PIN_ADDRESS(value) __asm__ volatile("" : "+r"(value))

// Keeps what a tile loads out of the registers of its neighbours' inner loops.
#define FORGET_LOADS() __asm__ volatile("" ::: "memory")

// Four bytes of one pixel in all lanes. Upper halves of weights are multiplied by an upper half
// where that saves a move.
#if defined(__aarch64__)
typedef int8x16_t neon_four;
#define NEON_FOUR(value) vreinterpretq_s8_s32(vdupq_n_s32(value))
#define NEON_FLIP(four, mask) veorq_s8(four, mask)
#define NEON_LOW(four) vget_low_s8(four)
#define NEON_HIGH(four) vget_high_s8(four)
#else
typedef int8x8_t neon_four;
#define NEON_FOUR(value) vreinterpret_s8_s32(vdup_n_s32(value))
#define NEON_FLIP(four, mask) veor_s8(four, mask)
#define NEON_LOW(four) (four)
#define NEON_HIGH(four) (four)
#endif

// The next four bytes, as they lie. The compiler is kept from making one index of all pointers,
// which loads that replicate cannot use.
SWIFTLET_INLINE neon_four neon_next(const uint8_t **bytes) {
  int32_t value;
  PIN_ADDRESS(*bytes);
  memcpy(&value, *bytes, sizeof value);
  *bytes += sizeof value;
  neon_four four = NEON_FOUR(value);
  PIN(four);
  return four;
}

// One pixel: floats, or the last channels where they do not fill the vectors. The floats are made
// one by one, because NEON of ARMv7 would take denormal ones for zero.
static __attribute__((noinline)) void store_pixel(const swiftlet_convolution *c,
                                                  const int32x4_t *acc, size_t pixel,
                                                  size_t channel, int vectors) {
  const swiftlet_requantization *r = &c->requantization;
  const neon_output output = neon_output_of(r->zero_point, r->lower, r->upper);
  for (int v = 0; v < vectors; v++, channel += 8) {
    if (channel >= c->output_channels) return;
    size_t count = swiftlet_least(c->output_channels - channel, 8);
    size_t at = pixel * c->output_stride + channel;
    if (c->output_float) {
      int32_t sums[8];
      vst1q_s32(sums, acc[2 * v]);
      vst1q_s32(sums + 4, acc[2 * v + 1]);
      for (size_t i = 0; i < count; i++)
        c->output_float[at + i] = (float)sums[i] * r->multiplier[channel + i];
    } else {
      int16x8_t words = neon_scale(acc[2 * v], acc[2 * v + 1], r->multiplier + channel);
      neon_store_bytes(c->output + at, neon_narrow(words, output), count);
    }
  }
}

SWIFTLET_INLINE void store_tile(const swiftlet_convolution *c, neon_accumulators acc, size_t pixel,
                                size_t channel, int rows, int vectors) {
  const swiftlet_requantization *r = &c->requantization;
  if (c->output_float || c->output_channels - channel < (size_t)(8 * vectors)) {
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      int32x4_t copy[2 * TILE_MAX_VECTORS];  // the accumulators themselves stay in registers
      SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) copy[i] = acc[m][i];
      store_pixel(c, copy, pixel + m, channel, vectors);
    }
    return;
  }
  const neon_output output = neon_output_of(r->zero_point, r->lower, r->upper);
  uint8_t *to = c->output + pixel * c->output_stride + channel;
  SWIFTLET_UNROLL for (int m = 0; m < rows; m++, to += c->output_stride) {
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
      int16x8_t words =
          neon_scale(acc[m][2 * v], acc[m][2 * v + 1], r->multiplier + channel + 8 * v);
      vst1_u8(to + 8 * v, neon_narrow(words, output));
    }
  }
}

// Output pixels [pixel, pixel + rows), 8 * vectors channels from `channel` on.
TILE_INLINE void compute_tile(const swiftlet_convolution *c, const uint8_t *const *windows,
                              size_t pixel, size_t channel, int rows, int vectors) {
  FORGET_LOADS();
  neon_accumulators acc;
  neon_segment segment = {.k_groups = c->k_used + c->k_used % 2,
                          .is_centred = c->centred_bias != NULL};
  const int32_t *bias = segment.is_centred ? c->centred_bias : c->requantization.bias;
  segment.weights = c->weights + channel / SWIFTLET_BLOCK * convolution_block_bytes(c) +
                    channel % SWIFTLET_BLOCK * SWIFTLET_GROUP;
  start(acc, bias + channel, rows, vectors);
  SWIFTLET_ROLLED for (size_t s = 0; s < c->segment_count; s++) {
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++)
        segment.inputs[m] = windows[m] + c->segment_offsets[s];
    multiply(acc, segment, rows, vectors);
    segment.weights += c->k_groups * SWIFTLET_BLOCK * SWIFTLET_GROUP;
  }
  finish(acc, rows, vectors);
  FORGET_LOADS();
  store_tile(c, acc, pixel, channel, rows, vectors);
}

// Four channels in each accumulator, in order from the start.
SWIFTLET_INLINE void start_in_order(neon_accumulators acc, const int32_t *bias, int rows,
                                    int vectors) {
  SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) {
    int32x4_t sums = vld1q_s32(bias + 4 * i);
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) acc[m][i] = sums;
  }
}
