// SPDX-License-Identifier: Apache-2.0
//
// Products of int16: exact for any input, any window and any strides. The rows of a window lie in a
// ring, widened, so that every input row is prepared once.
#include "kernel_support.h"

#if defined(__ARM_NEON)
typedef struct {
  size_t height, width, stride;
  int is_fixed;  // all of it is constant
} depthwise_shape;
#define TILE_INLINE SWIFTLET_INLINE
#include "depthwise_neon.h"

// Channels of a pass: what the registers hold.
#if defined(__aarch64__)
#define PASS 16
#else
#define PASS 8
#endif

SWIFTLET_INLINE int rows_together(depthwise_shape s) {
  (void)s;
  return 1;
}

SWIFTLET_INLINE size_t block_bytes(const swiftlet_depthwise *d, depthwise_shape s) {
  (void)d;
  return sizeof(depthwise_block) + s.height * s.width * SWIFTLET_BLOCK * sizeof(int16_t);
}

// The ring's place of a row of the padded picture: columns of sixteen words.
SWIFTLET_INLINE int16_t *ring_row(const depthwise_job *job, size_t row) {
  return (int16_t *)job->planes + row % job->shape.height * job->columns * SWIFTLET_BLOCK;
}

SWIFTLET_INLINE void store_words(int16_t *to, uint8x16_t bytes) {
  vst1q_s16(to, vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(bytes))));
  vst1q_s16(to + 8, vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(bytes))));
}

TILE_INLINE void prepare(const depthwise_job *job, size_t y, int rows) {
  (void)rows;
  const swiftlet_depthwise *d = job->depthwise;
  const size_t first = y * d->stride_y, height = job->shape.height;
  // What the last output row has left in the ring.
  size_t known = y == job->first_row ? first : swiftlet_most(first - d->stride_y + height, first);
  size_t left, right;
  columns_inside(job, &left, &right);
  for (size_t row = known; row < first + height; row++) {
    depthwise_row from = padded_row(job, row);
    int16_t *to = ring_row(job, row);
    size_t c = 0;
    for (; c < left; c++, to += SWIFTLET_BLOCK) store_words(to, vld1q_u8(job->outside));
    for (; c < right; c++, to += SWIFTLET_BLOCK, from.first += from.stride)
      store_words(to, vld1q_u8(from.first));
    for (; c < job->columns; c++, to += SWIFTLET_BLOCK) store_words(to, vld1q_u8(job->outside));
  }
}

// Adds one tap: PASS channels of `columns` pixels.
SWIFTLET_INLINE void add_tap(int32x4_t acc[TILE_MAX_COLUMNS][4], const int16_t *inputs,
                             const int16_t *weights, size_t stride, int columns) {
  SWIFTLET_UNROLL for (int i = 0; i < PASS / 8; i++) {
    int16x8_t w = vld1q_s16(weights + 8 * i);
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
      int16x8_t x = vld1q_s16(inputs + (size_t)m * stride * SWIFTLET_BLOCK + 8 * i);
      acc[m][2 * i] = vmlal_s16(acc[m][2 * i], vget_low_s16(x), vget_low_s16(w));
      acc[m][2 * i + 1] = vmlal_s16(acc[m][2 * i + 1], vget_high_s16(x), vget_high_s16(w));
    }
  }
}

// One row of taps.
SWIFTLET_INLINE void add_row(const depthwise_job *job, int32x4_t acc[TILE_MAX_COLUMNS][4],
                             const int16_t *row, const int16_t *weights, int columns) {
  const depthwise_shape s = job->shape;
  if (s.is_fixed) {
    // Neighbours share their loads.
    SWIFTLET_UNROLL for (size_t k = 0; k < s.width; k++)
        add_tap(acc, row + k * SWIFTLET_BLOCK, weights + k * SWIFTLET_BLOCK, s.stride, columns);
  } else {
    for (size_t k = 0; k < s.width; k++)
      add_tap(acc, row + k * SWIFTLET_BLOCK, weights + k * SWIFTLET_BLOCK, s.stride, columns);
  }
}

SWIFTLET_INLINE void add_taps(const depthwise_job *job, int32x4_t acc[TILE_MAX_COLUMNS][4],
                              size_t y, size_t x, int pass, int columns) {
  const depthwise_shape s = job->shape;
  const int16_t *weights = (const int16_t *)job->weights + PASS * pass;
  const size_t at = x * s.stride * SWIFTLET_BLOCK + PASS * pass;
  for (size_t i = 0; i < s.height; i++, weights += s.width * SWIFTLET_BLOCK)
    add_row(job, acc, ring_row(job, y * job->depthwise->stride_y + i) + at, weights, columns);
}

TILE_INLINE void compute_tile(const depthwise_job *job, size_t y, size_t x, int rows, int columns) {
  (void)rows;
  int16x8_t words[TILE_MAX_COLUMNS][2];
  SWIFTLET_UNROLL for (int pass = 0; pass < SWIFTLET_BLOCK / PASS; pass++) {
    const float *multiplier = job->constants->multiplier + PASS * pass;
    int32x4_t acc[TILE_MAX_COLUMNS][4];
    SWIFTLET_UNROLL for (int i = 0; i < PASS / 4; i++) {
      int32x4_t bias = vld1q_s32(job->constants->bias + PASS * pass + 4 * i);
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) acc[m][i] = bias;
    }
    add_taps(job, acc, y, x, pass, columns);
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
      SWIFTLET_UNROLL for (int i = 0; i < PASS / 8; i++)
        words[m][PASS / 8 * pass + i] =
            neon_scale(acc[m][2 * i], acc[m][2 * i + 1], multiplier + 8 * i);
  }
  SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
      store_pixel(job, y, x + m, words[m][0], words[m][1]);
}

SWIFTLET_INLINE depthwise_shape shape_of(const swiftlet_depthwise *d) {
  return (depthwise_shape){d->kernel_height, d->kernel_width, d->stride_x, 0};
}

size_t depthwise_s16__neon_packed_byte_count(const swiftlet_depthwise *d) {
  return depthwise_blocks(d) * block_bytes(d, shape_of(d));
}

void depthwise_s16__neon_pack(const swiftlet_depthwise *d, void *packed) {
  const size_t taps = d->kernel_height * d->kernel_width;
  for (size_t block = 0; block < depthwise_blocks(d); block++) {
    uint8_t *to = (uint8_t *)packed + block * block_bytes(d, shape_of(d));
    int16_t *weights = (int16_t *)(to + sizeof(depthwise_block));
    depthwise_pack_block(d, block, (depthwise_block *)to);
    for (size_t i = 0; i < taps * SWIFTLET_BLOCK; i++)
      weights[i] = depthwise_weight(d, block * SWIFTLET_BLOCK + i % SWIFTLET_BLOCK,
                                    i / SWIFTLET_BLOCK);
  }
}

size_t depthwise_s16__neon_scratch_byte_count(const swiftlet_depthwise *d) {
  return depthwise_columns(d) * d->kernel_height * SWIFTLET_BLOCK * sizeof(int16_t);
}

#define KERNEL(name, shape)                                                                    \
  void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,             \
            size_t block_begin, size_t block_end, void *scratch) {                             \
    run_depthwise(depthwise, shape, row_begin, row_end, block_begin, block_end, scratch);      \
  }
#define FIXED(size, stride) ((depthwise_shape){size, size, stride, 1})
KERNEL(depthwise_s16_3x3s1__neon, FIXED(3, 1))
KERNEL(depthwise_s16_3x3s2__neon, FIXED(3, 2))
KERNEL(depthwise_s16_5x5s1__neon, FIXED(5, 1))
KERNEL(depthwise_s16_5x5s2__neon, FIXED(5, 2))
KERNEL(depthwise_s16_any__neon, shape_of(depthwise))
#endif
