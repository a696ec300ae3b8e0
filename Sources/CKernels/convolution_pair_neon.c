// SPDX-License-Identifier: Apache-2.0
//
// Two products are added in int16 before they widen: exact for any input and any weights. Centred
// inputs are x - 128 in even groups and 127 - x in odd ones, whose products are subtracted: so two
// products never are 2 * (-128 * -128), the only sum that would not fit (docs/kernels.md).
#include "kernel_support.h"

#if defined(__ARM_NEON)
#define TILE_INLINE SWIFTLET_INLINE
#if defined(__aarch64__)
#define TILE_ROWS(vectors) ((vectors) == 2 ? 2 : (vectors) == 1 ? 3 : 0)
#define TILE_VECTORS(left) 2
#define LOADED 2  // registers of weights of a group that are loaded together
#else
#define TILE_ROWS(vectors) ((vectors) == 1 ? 2 : 0)
#define TILE_VECTORS(left) 1
#define LOADED 1
#endif
#include "convolution_neon.h"

// An accumulator holds two halves of the sums of two channels.
TILE_INLINE void start(neon_accumulators acc, const int32_t *bias, int rows, int vectors) {
  SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) {
    int32x4x2_t sums = vzipq_s32(vld1q_s32(bias + 4 * i), vdupq_n_s32(0));
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      acc[m][2 * i] = sums.val[0];
      acc[m][2 * i + 1] = sums.val[1];
    }
  }
}

TILE_INLINE void finish(neon_accumulators acc, int rows, int vectors) {
  SWIFTLET_UNROLL for (int m = 0; m < rows; m++)
    SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++)
        acc[m][i] = neon_add_neighbours(acc[m][2 * i], acc[m][2 * i + 1]);
}

// Four channels: weights and inputs of an even group and the odd one behind it.
SWIFTLET_INLINE void add_pairs(int32x4_t acc[2], int8x16_t even, int8x16_t odd,
                               const neon_four inputs[2], int is_centred) {
  int8x8_t low = vget_low_s8(odd), high = vget_high_s8(odd);
  int16x8_t front = vmull_s8(vget_low_s8(even), NEON_LOW(inputs[0]));
  int16x8_t back = vmull_s8(vget_high_s8(even), NEON_HIGH(inputs[0]));
  front = is_centred ? vmlsl_s8(front, low, NEON_LOW(inputs[1]))
                     : vmlal_s8(front, low, NEON_LOW(inputs[1]));
  back = is_centred ? vmlsl_s8(back, high, NEON_HIGH(inputs[1]))
                    : vmlal_s8(back, high, NEON_HIGH(inputs[1]));
  PIN(front);
  PIN(back);
  acc[0] = vpadalq_s16(acc[0], front);
  acc[1] = vpadalq_s16(acc[1], back);
  PIN(acc[0]);
  PIN(acc[1]);
}

SWIFTLET_INLINE void multiply_groups(neon_accumulators acc, neon_segment s, int rows, int vectors,
                                     int is_centred) {
  const int8_t *weights = s.weights;
  SWIFTLET_ROLLED for (size_t k = 0; k < s.k_groups; k += 2) {
    // Made anew each time rather than kept.
    neon_four centres[2] = {NEON_FOUR((int32_t)0x80808080), NEON_FOUR(0x7F7F7F7F)}, inputs[4][2];
    if (is_centred) {
      PIN(centres[0]);
      PIN(centres[1]);
    }
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      SWIFTLET_UNROLL for (int g = 0; g < 2; g++) {
        inputs[m][g] = neon_next(&s.inputs[m]);
        if (is_centred) inputs[m][g] = NEON_FLIP(inputs[m][g], centres[g]);
      }
    }
    SWIFTLET_UNROLL for (int first = 0; first < 2 * vectors; first += LOADED) {
      int8x16_t even[LOADED], odd[LOADED];
      SWIFTLET_UNROLL for (int i = 0; i < LOADED; i++) {
        even[i] = vld1q_s8(weights + 16 * (first + i));
        odd[i] = vld1q_s8(weights + 64 + 16 * (first + i));
      }
      SWIFTLET_UNROLL for (int i = 0; i < LOADED; i++)
        SWIFTLET_UNROLL for (int m = 0; m < rows; m++)
          add_pairs(&acc[m][2 * (first + i)], even[i], odd[i], inputs[m], is_centred);
    }
    weights += 128;
  }
}

TILE_INLINE void multiply(neon_accumulators acc, neon_segment segment, int rows, int vectors) {
  if (segment.is_centred)
    multiply_groups(acc, segment, rows, vectors, 1);
  else
    multiply_groups(acc, segment, rows, vectors, 0);
}

void convolution_s8_2x16c8__neon(const swiftlet_convolution *convolution, size_t pixel_begin,
                                 size_t pixel_end, size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
