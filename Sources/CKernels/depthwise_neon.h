// SPDX-License-Identifier: Apache-2.0
//
// The depthwise convolution of ARM, one block of sixteen channels at a time. The including file
// defines
//   TILE_INLINE                        the attributes of its functions
//   depthwise_shape                    what they need to know of the shape; constant where inlined
//   rows_together(shape)               output rows that are computed together, 1 or 2
//   block_bytes(depthwise, shape)      bytes of the packed weights of a block
//   prepare(job, y, rows)              makes the inputs of the output rows [y, y + rows) ready
//   compute_tile(job, y, x, rows, columns)
// and after it, run_depthwise is the whole kernel.
#pragma once
#include "depthwise_support.h"
#include "neon_support.h"

#define TILE_MAX_COLUMNS 4

// A block's constants; its weights follow.
typedef struct {
  int32_t bias[SWIFTLET_BLOCK];
  float multiplier[SWIFTLET_BLOCK];
} depthwise_block;

// The work on one block.
typedef struct {
  const swiftlet_depthwise *depthwise;
  depthwise_shape shape;
  size_t channel, channels;  // the first of the block, and how many there are
  size_t first_row;          // of the output, of this call
  const depthwise_block *constants;
  const void *weights;
  void *planes;    // prepared inputs
  size_t columns;  // of the padded picture
  neon_output output;
  const uint8_t *outside;  // a column outside of the picture
} depthwise_job;

SWIFTLET_INLINE int rows_together(depthwise_shape shape);
SWIFTLET_INLINE size_t block_bytes(const swiftlet_depthwise *d, depthwise_shape shape);
TILE_INLINE void prepare(const depthwise_job *job, size_t y, int rows);
TILE_INLINE void compute_tile(const depthwise_job *job, size_t y, size_t x, int rows, int columns);

// The columns [begin, end) of the padded picture that lie inside of the picture.
SWIFTLET_INLINE void columns_inside(const depthwise_job *job, size_t *begin, size_t *end) {
  const swiftlet_depthwise *d = job->depthwise;
  *begin = swiftlet_least(d->pad_left, job->columns);
  *end = swiftlet_least(d->pad_left + d->input_width, job->columns);
}

// A column of a row of the padded picture.
SWIFTLET_INLINE uint8x16_t load_column(const depthwise_job *job, depthwise_row row,
                                       size_t column) {
  size_t x = column - job->depthwise->pad_left;  // wraps left of the picture
  return vld1q_u8(x < job->depthwise->input_width ? row.first + x * row.stride : job->outside);
}

SWIFTLET_INLINE depthwise_row padded_row(const depthwise_job *job, size_t row) {
  return depthwise_padded_row(job->depthwise, row, job->channel, job->outside);
}

// One output pixel: its sixteen channels, scaled.
SWIFTLET_INLINE void store_pixel(const depthwise_job *job, size_t y, size_t x, int16x8_t low,
                                 int16x8_t high) {
  const swiftlet_depthwise *d = job->depthwise;
  uint8x16_t bytes = vcombine_u8(neon_narrow(low, job->output), neon_narrow(high, job->output));
  uint8_t *to = d->output + (y * d->output_width + x) * d->channels + job->channel;
  neon_store_pair(to, bytes, job->channels);
}

// The output rows [y, y + rows), in tiles of nearly equal width.
TILE_INLINE void compute_rows(const depthwise_job *job, size_t y, int rows) {
  size_t width = job->depthwise->output_width;
  size_t tiles = (width + TILE_MAX_COLUMNS - 1) / TILE_MAX_COLUMNS;
  SWIFTLET_ROLLED for (size_t x = 0; x < width; tiles--) {
    size_t columns = (width - x + tiles - 1) / tiles;
    switch (columns) {
      case 1: compute_tile(job, y, x, rows, 1); break;
      case 2: compute_tile(job, y, x, rows, 2); break;
      case 3: compute_tile(job, y, x, rows, 3); break;
      case 4: compute_tile(job, y, x, rows, 4); break;
    }
    x += columns;
  }
}

TILE_INLINE void run_depthwise(const swiftlet_depthwise *d, depthwise_shape shape,
                               size_t row_begin, size_t row_end, size_t block_begin,
                               size_t block_end, void *scratch) {
  const swiftlet_requantization *r = &d->requantization;
  depthwise_job job = {.depthwise = d, .shape = shape, .first_row = row_begin, .planes = scratch};
  job.output = neon_output_of(r->zero_point, r->lower, r->upper);
  job.columns = depthwise_columns(d);
  uint8_t outside[SWIFTLET_BLOCK];
  memset(outside, d->pad_value, sizeof outside);
  job.outside = outside;
  size_t end = swiftlet_least(block_end * SWIFTLET_BLOCK, d->channels);
  for (size_t block = block_begin; block * SWIFTLET_BLOCK < end; block++) {
    const uint8_t *packed = (const uint8_t *)d->packed_weights + block * block_bytes(d, shape);
    job.constants = (const depthwise_block *)packed;
    job.weights = packed + sizeof(depthwise_block);
    job.channel = block * SWIFTLET_BLOCK;
    job.channels = swiftlet_least(end - job.channel, SWIFTLET_BLOCK);
    size_t y = row_begin;
    for (; rows_together(shape) == 2 && y + 2 <= row_end; y += 2) {
      prepare(&job, y, 2);
      compute_rows(&job, y, 2);
    }
    for (; y < row_end; y++) {
      prepare(&job, y, 1);
      compute_rows(&job, y, 1);
    }
  }
}

SWIFTLET_INLINE size_t depthwise_blocks(const swiftlet_depthwise *d) {
  return (d->channels + SWIFTLET_BLOCK - 1) / SWIFTLET_BLOCK;
}

// The constants of a block; channels that do not exist get zeros.
SWIFTLET_INLINE void depthwise_pack_block(const swiftlet_depthwise *d, size_t block,
                                          depthwise_block *constants) {
  for (size_t i = 0; i < SWIFTLET_BLOCK; i++) {
    size_t channel = block * SWIFTLET_BLOCK + i;
    int exists = channel < d->channels;
    constants->bias[i] = exists ? d->requantization.bias[channel] : 0;
    constants->multiplier[i] = exists ? d->requantization.multiplier[channel] : 0;
  }
}
