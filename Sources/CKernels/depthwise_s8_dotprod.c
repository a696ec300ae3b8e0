// SPDX-License-Identifier: Apache-2.0
//
// sdot adds four taps of four channels in int32, in the planes of depthwise_quads_layout.h: exact
// for any input, from which 128 is subtracted; the bias makes up for it.
#include "depthwise_quads_layout.h"

#if defined(__aarch64__)
#define DOTPROD __attribute__((target("dotprod")))
#define TILE_INLINE static inline __attribute__((always_inline, target("dotprod")))
#include "depthwise_neon.h"

// Bytes of a plane's column: four bytes of each channel of a block.
#define COLUMN (4 * SWIFTLET_BLOCK)

SWIFTLET_INLINE size_t block_bytes(const swiftlet_depthwise *d, depthwise_shape s) {
  (void)d;
  return sizeof(depthwise_block) + vectors_of(s) * COLUMN;
}

// Four vectors become one column, each channel's bytes together.
SWIFTLET_INLINE void store_quads(uint8_t *to, uint8x16_t a, uint8x16_t b, uint8x16_t c,
                                 uint8x16_t d) {
  const uint8x16_t centre = vdupq_n_u8(128);
  const uint8x16x4_t bytes = {
      {veorq_u8(a, centre), veorq_u8(b, centre), veorq_u8(c, centre), veorq_u8(d, centre)}};
  vst4q_u8(to, bytes);
}

SWIFTLET_INLINE void store_column(const depthwise_job *job, const depthwise_row rows[4],
                                  size_t column, uint8_t *to) {
  store_quads(to, load_column(job, rows[0], column), load_column(job, rows[1], column),
              load_column(job, rows[2], column), load_column(job, rows[3], column));
}

// Plane 0: every column of four rows; those inside of the picture without asking for each.
SWIFTLET_INLINE void prepare_rows(const depthwise_job *job, const depthwise_row rows[4]) {
  uint8_t *to = job->planes;
  size_t left, right, c = 0;
  columns_inside(job, &left, &right);
  for (; c < left; c++, to += COLUMN) store_column(job, rows, c, to);
  const uint8_t *from[4] = {rows[0].first, rows[1].first, rows[2].first, rows[3].first};
  for (; c < right; c++, to += COLUMN) {
    store_quads(to, vld1q_u8(from[0]), vld1q_u8(from[1]), vld1q_u8(from[2]), vld1q_u8(from[3]));
    SWIFTLET_UNROLL for (int i = 0; i < 4; i++) from[i] += rows[i].stride;
  }
  for (; c < job->columns; c++, to += COLUMN) store_column(job, rows, c, to);
}

// Plane 1 or 2: four columns of a row, from every column that is the first of a window.
SWIFTLET_INLINE void prepare_columns(const depthwise_job *job, depthwise_row row, uint8_t *to) {
  for (size_t c = 0; c < job->columns; c += job->shape.stride, to += COLUMN)
    store_quads(to, load_column(job, row, c), load_column(job, row, c + 1),
                load_column(job, row, c + 2), load_column(job, row, c + 3));
}

TILE_INLINE void prepare(const depthwise_job *job, size_t y, int output_rows) {
  const depthwise_shape s = job->shape;
  const size_t first = y * s.stride, plane = job->columns * COLUMN;
  depthwise_row rows[4];
  for (size_t i = 0; i < 4; i++) rows[i] = padded_row(job, first + top_of(s) + i);
  prepare_rows(job, rows);
  if (s.kernel != 5) return;
  for (size_t r = 0; r < (size_t)output_rows; r++)
    prepare_columns(job, padded_row(job, first + single_row(s, r)),
                    (uint8_t *)job->planes + (1 + r) * plane);
}

TILE_INLINE int32x4_t add_quad(int32x4_t acc, const int8_t *inputs, int8x16_t weights) {
  return vdotq_s32(acc, vld1q_s8(inputs), weights);
}

// All taps of four channels; `inputs` is their place in the first column of plane 0.
TILE_INLINE void multiply(const depthwise_job *job, int32x4_t acc[2][TILE_MAX_COLUMNS],
                          const int8_t *inputs, const int8_t *weights, size_t x, int rows,
                          int columns) {
  const depthwise_shape s = job->shape;
  const int8_t *plane = inputs + x * s.stride * COLUMN;
  SWIFTLET_UNROLL for (size_t k = 0; k < s.kernel; k++)
    SWIFTLET_UNROLL for (int r = 0; r < rows_together(s); r++, weights += 16) {
      if (r >= rows) continue;
      int8x16_t w = vld1q_s8(weights);
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
        acc[r][m] = add_quad(acc[r][m], plane + ((size_t)m * s.stride + k) * COLUMN, w);
    }
  if (s.kernel != 5) return;
  // Planes 1 and 2 hold every `stride`-th column, so that an output reads neighbours of four.
  plane = inputs + x * COLUMN;
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
    plane += job->columns * COLUMN;
    SWIFTLET_UNROLL for (size_t part = 0; part < 2; part++, weights += 16) {
      int8x16_t w = vld1q_s8(weights);
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
        acc[r][m] = add_quad(acc[r][m], plane + ((size_t)m + part * 4 / s.stride) * COLUMN, w);
    }
  }
}

TILE_INLINE void compute_tile(const depthwise_job *job, size_t y, size_t x, int rows, int columns) {
  const size_t group_bytes = vectors_of(job->shape) * 16;
  int16x4_t words[2][TILE_MAX_COLUMNS][4];
  SWIFTLET_ROLLED for (int g = 0; g < 4; g++) {
    int32x4_t acc[2][TILE_MAX_COLUMNS], bias = vld1q_s32(job->constants->bias + 4 * g);
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) acc[r][m] = bias;
    multiply(job, acc, (const int8_t *)job->planes + 16 * g,
             (const int8_t *)job->weights + g * group_bytes, x, rows, columns);
    float32x4_t multiplier = vld1q_f32(job->constants->multiplier + 4 * g);
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
        words[r][m][g] = neon_round(vmulq_f32(vcvtq_f32_s32(acc[r][m]), multiplier));
  }
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++)
      store_pixel(job, y + r, x + m, vcombine_s16(words[r][m][0], words[r][m][1]),
                  vcombine_s16(words[r][m][2], words[r][m][3]));
}

size_t depthwise_s8__dotprod_packed_byte_count(const swiftlet_depthwise *d) {
  return depthwise_blocks(d) *
         block_bytes(d, (depthwise_shape){d->kernel_height, d->stride_y});
}

void depthwise_s8__dotprod_pack(const swiftlet_depthwise *d, void *packed) {
  const depthwise_shape s = {d->kernel_height, d->stride_y};
  const size_t taps = s.kernel * s.kernel, vectors = vectors_of(s);
  for (size_t block = 0; block < depthwise_blocks(d); block++) {
    depthwise_block *constants =
        (depthwise_block *)((uint8_t *)packed + block * block_bytes(d, s));
    int8_t *weights = (int8_t *)(constants + 1);
    depthwise_pack_block(d, block, constants);
    for (size_t n = 0; n < SWIFTLET_BLOCK; n++)
      for (size_t tap = 0; tap < taps; tap++)
        constants->bias[n] += 128 * depthwise_weight(d, block * SWIFTLET_BLOCK + n, tap);
    for (size_t i = 0; i < vectors * COLUMN; i++) {
      size_t channel = block * SWIFTLET_BLOCK + i / 16 / vectors * 4 + i % 16 / 4;
      weights[i] = quad_weight(d, s, channel, i / 16 % vectors, i % 4);
    }
  }
}

size_t depthwise_s8__dotprod_scratch_byte_count(const swiftlet_depthwise *d) {
  return depthwise_columns(d) * COLUMN * (d->kernel_height == 5 ? 3 : 1);
}

#define KERNEL(name, size, stride)                                                          \
  DOTPROD void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,  \
                    size_t block_begin, size_t block_end, void *scratch) {                  \
    run_depthwise(depthwise, (depthwise_shape){size, stride}, row_begin, row_end,           \
                  block_begin, block_end, scratch);                                         \
  }
KERNEL(depthwise_s8_3x3s1__dotprod, 3, 1)
KERNEL(depthwise_s8_3x3s2__dotprod, 3, 2)
KERNEL(depthwise_s8_5x5s1__dotprod, 5, 1)
KERNEL(depthwise_s8_5x5s2__dotprod, 5, 2)
#endif
