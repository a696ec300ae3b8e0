// SPDX-License-Identifier: Apache-2.0
//
// sdot adds four products of signed bytes in int32: exact for any weights, and with centred inputs
// for any input.
#include "kernel_support.h"

#if defined(__aarch64__)
#define DOTPROD __attribute__((target("dotprod")))
#define TILE_INLINE static inline __attribute__((always_inline, target("dotprod")))
#define TILE_ROWS(vectors) ((vectors) == 2 ? 5 : (vectors) == 1 ? 8 : 0)
#define TILE_VECTORS(left) 2
#include "convolution_neon.h"

TILE_INLINE void start(neon_accumulators acc, const int32_t *bias, int rows, int vectors) {
  start_in_order(acc, bias, rows, vectors);
}

TILE_INLINE void finish(neon_accumulators acc, int rows, int vectors) {
  (void)acc, (void)rows, (void)vectors;
}

// One group: the input bytes in lane `lane`.
#define ADD_GROUP(lane)                                                                        \
  do {                                                                                         \
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {                                        \
      const int8_t *at = s->weights + 64 * (lane) + 32 * v;                                 \
      int8x16_t w[2] = {vld1q_s8(at), vld1q_s8(at + 16)};                                      \
      PIN(w[0]);                                                                               \
      PIN(w[1]);                                                                               \
      SWIFTLET_UNROLL for (int m = 0; m < rows; m++) SWIFTLET_UNROLL for (int i = 0; i < 2; i++) { \
        acc[m][2 * v + i] = vdotq_laneq_s32(acc[m][2 * v + i], w[i], inputs[m], lane);         \
        PIN(acc[m][2 * v + i]);                                                                \
      }                                                                                        \
    }                                                                                          \
  } while (0)

// Four groups, or two.
TILE_INLINE void add_groups(neon_accumulators acc, neon_segment *s, int groups, int rows,
                            int vectors, int is_centred) {
  int8x16_t inputs[TILE_MAX_ROWS], centre = vdupq_n_s8(-128);
  if (is_centred) PIN(centre);  // made anew each time rather than kept
  SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
    PIN_ADDRESS(s->inputs[m]);
    const int8_t *bytes = (const int8_t *)s->inputs[m];
    inputs[m] = groups == 4 ? vld1q_s8(bytes) : vcombine_s8(vld1_s8(bytes), vdup_n_s8(0));
    if (is_centred) inputs[m] = veorq_s8(inputs[m], centre);
    s->inputs[m] += 4 * groups;
  }
  ADD_GROUP(0);
  ADD_GROUP(1);
  if (groups == 4) {
    ADD_GROUP(2);
    ADD_GROUP(3);
  }
  s->weights += 64 * groups;
}

TILE_INLINE void multiply_groups(neon_accumulators acc, neon_segment s, int rows, int vectors,
                                 int is_centred) {
  size_t k = 0;
  SWIFTLET_ROLLED for (; k + 4 <= s.k_groups; k += 4)
    add_groups(acc, &s, 4, rows, vectors, is_centred);
  if (k < s.k_groups) add_groups(acc, &s, 2, rows, vectors, is_centred);
}

TILE_INLINE void multiply(neon_accumulators acc, neon_segment segment, int rows, int vectors) {
  if (segment.is_centred)
    multiply_groups(acc, segment, rows, vectors, 1);
  else
    multiply_groups(acc, segment, rows, vectors, 0);
}

DOTPROD void convolution_s8_5x16c4__dotprod(const swiftlet_convolution *convolution,
                                            size_t pixel_begin, size_t pixel_end,
                                            size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
