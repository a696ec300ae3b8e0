// SPDX-License-Identifier: Apache-2.0
//
// usmmla multiplies two rows of eight unsigned bytes by two of eight signed ones in int32: exact for
// any input and any weights.
#include "kernel_support.h"

#if defined(__aarch64__)
#define I8MM __attribute__((target("i8mm")))
#define TILE_INLINE static inline __attribute__((always_inline, target("i8mm")))
#define TILE_ROWS(vectors) ((vectors) == 2 ? 6 : (vectors) == 1 ? 8 : 0)
#define TILE_VECTORS(left) 2
#include "convolution_neon.h"

// acc[2p + j][i]: of the pixels 2p and 2p + 1, the channels 4i + j and 4i + j + 2. The last pixel of
// an odd number is computed twice.
TILE_INLINE void start(neon_accumulators acc, const int32_t *bias, int rows, int vectors) {
  SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) {
    int32x4_t sums = vld1q_s32(bias + 4 * i);
    SWIFTLET_UNROLL for (int m = 0; m < rows; m += 2) {
      acc[m][i] = vuzp1q_s32(sums, sums);
      acc[m + 1][i] = vuzp2q_s32(sums, sums);
    }
  }
}

TILE_INLINE void finish(neon_accumulators acc, int rows, int vectors) {
  SWIFTLET_UNROLL for (int m = 0; m < rows; m += 2)
    SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) {
      int32x4_t front = acc[m][i], back = acc[m + 1][i];
      acc[m][i] = vzip1q_s32(front, back);
      acc[m + 1][i] = vzip2q_s32(front, back);
    }
}

// The next eight bytes of a pixel.
SWIFTLET_INLINE uint64_t next_eight(const uint8_t **bytes) {
  uint64_t eight;
  PIN_ADDRESS(*bytes);
  memcpy(&eight, *bytes, sizeof eight);
  *bytes += sizeof eight;
  return eight;
}

TILE_INLINE void multiply(neon_accumulators acc, neon_segment s, int rows, int vectors) {
  const int8_t *weights = s.weights;
  SWIFTLET_ROLLED for (size_t k = 0; k < s.k_groups; k += 2, weights += 128) {
    uint8x16_t inputs[TILE_MAX_ROWS / 2];
    SWIFTLET_UNROLL for (int m = 0; m < rows; m += 2) {
      uint64x2_t pair = vdupq_n_u64(next_eight(&s.inputs[m]));
      if (m + 1 < rows) pair = vsetq_lane_u64(next_eight(&s.inputs[m + 1]), pair, 1);
      inputs[m / 2] = vreinterpretq_u8_u64(pair);
      PIN(inputs[m / 2]);
    }
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
      int8x16x2_t first = {{vld1q_s8(weights + 32 * v), vld1q_s8(weights + 32 * v + 16)}};
      int8x16x2_t second = {{vld1q_s8(weights + 32 * v + 64), vld1q_s8(weights + 32 * v + 80)}};
      SWIFTLET_UNROLL for (int i = 0; i < 2; i++) {
        int32x4_t a = vreinterpretq_s32_s8(first.val[i]), b = vreinterpretq_s32_s8(second.val[i]);
        int8x16_t even = vreinterpretq_s8_s32(vtrn1q_s32(a, b));
        int8x16_t odd = vreinterpretq_s8_s32(vtrn2q_s32(a, b));
        SWIFTLET_UNROLL for (int m = 0; m < rows; m += 2) {
          int32x4_t *sums = &acc[m][2 * v + i], *next = &acc[m + 1][2 * v + i];
          *sums = vusmmlaq_s32(*sums, inputs[m / 2], even);
          *next = vusmmlaq_s32(*next, inputs[m / 2], odd);
          PIN(*sums);
          PIN(*next);
        }
      }
    }
  }
}

I8MM void convolution_u8_6x16c8__i8mm(const swiftlet_convolution *convolution, size_t pixel_begin,
                                      size_t pixel_end, size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
