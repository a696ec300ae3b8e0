// SPDX-License-Identifier: Apache-2.0
//
// Four products are added in int16 before they widen: needs the quad rule, under which centred
// inputs fit as well (docs/kernels.md).
#include "kernel_support.h"

#if defined(__aarch64__)
#define TILE_INLINE SWIFTLET_INLINE
#define TILE_ROWS(vectors) ((vectors) == 2 ? 4 : (vectors) == 1 ? 8 : 0)
#define TILE_VECTORS(left) 2
#include "convolution_neon.h"

TILE_INLINE void start(neon_accumulators acc, const int32_t *bias, int rows, int vectors) {
  start_in_order(acc, bias, rows, vectors);
}

TILE_INLINE void finish(neon_accumulators acc, int rows, int vectors) {
  (void)acc, (void)rows, (void)vectors;
}

// Four channels: weights and inputs of two neighbouring groups.
SWIFTLET_INLINE int32x4_t add_quads(int32x4_t acc, int8x16_t first, int8x16_t second,
                                    const neon_four inputs[2]) {
  int16x8_t low = vmull_s8(vget_low_s8(first), NEON_LOW(inputs[0]));
  int16x8_t high = vmull_high_s8(first, inputs[0]);
  low = vmlal_s8(low, vget_low_s8(second), NEON_LOW(inputs[1]));
  high = vmlal_high_s8(high, second, inputs[1]);
  PIN(low);
  PIN(high);
  return vpadalq_s16(acc, vpaddq_s16(low, high));
}

SWIFTLET_INLINE void multiply_groups(neon_accumulators acc, neon_segment s, int rows, int vectors,
                                     int is_centred) {
  neon_four centre = NEON_FOUR((int32_t)0x80808080);
  const int8_t *weights = s.weights;
  if (is_centred) PIN(centre);
  SWIFTLET_ROLLED for (size_t k = 0; k < s.k_groups; k += 2) {
    int8x16_t first[4], second[4];
    SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) {
      first[i] = vld1q_s8(weights + 16 * i);
      second[i] = vld1q_s8(weights + 64 + 16 * i);
    }
    weights += 128;
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      neon_four inputs[2];
      SWIFTLET_UNROLL for (int g = 0; g < 2; g++) {
        inputs[g] = neon_next(&s.inputs[m]);
        if (is_centred) inputs[g] = NEON_FLIP(inputs[g], centre);
      }
      SWIFTLET_UNROLL for (int i = 0; i < 2 * vectors; i++) {
        acc[m][i] = add_quads(acc[m][i], first[i], second[i], inputs);
        PIN(acc[m][i]);
      }
    }
  }
}

TILE_INLINE void multiply(neon_accumulators acc, neon_segment segment, int rows, int vectors) {
  if (segment.is_centred)
    multiply_groups(acc, segment, rows, vectors, 1);
  else
    multiply_groups(acc, segment, rows, vectors, 0);
}

void convolution_s8_4x16c8__neon(const swiftlet_convolution *convolution, size_t pixel_begin,
                                 size_t pixel_end, size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
