// SPDX-License-Identifier: Apache-2.0
//
// The depthwise convolution around its tile. The including file defines
//   TILE_INLINE               the attributes of its functions
//   depthwise_shape           what they need to know of the shape; constant where inlined
//   rows_together(shape)      output rows that share prepared inputs, 1 or 2
//   vectors_of(shape)         weight vectors of a group
//   prepare(job, y, rows)     writes the planes of the output rows [y, y + rows)
//   compute_tile(job, y, x, rows, columns)  the output pixels [x, x + columns) of these rows
// and after it, run_depthwise is the whole kernel.
#pragma once
#include "avx2_support.h"
#include "depthwise_support.h"

#define TILE_MAX_ROWS 2
#define TILE_MAX_COLUMNS 4

// The work on one pair of blocks.
typedef struct {
  const swiftlet_depthwise *depthwise;
  depthwise_shape shape;
  size_t channel;               // first of the pair
  size_t byte_begin, byte_end;  // of its 32 channels, those to write
  size_t width;                 // output columns of each half
  size_t half_columns;          // output columns from the lower to the upper half; 0: two blocks
  const depthwise_constants *constants;
  const int8_t *weights;
  size_t first_row;  // of the output rows that are computed
  uint8_t *planes;  // prepared inputs: columns of DEPTHWISE_COLUMN bytes
  size_t columns, plane_bytes;
  __m256i outside, zero_point, lower, upper;
} depthwise_job;

SWIFTLET_INLINE int rows_together(depthwise_shape shape);
SWIFTLET_INLINE size_t vectors_of(depthwise_shape shape);
TILE_INLINE void prepare(const depthwise_job *job, size_t y, int rows);
TILE_INLINE void compute_tile(const depthwise_job *job, size_t y, size_t x, int rows, int columns);

// A column of a row of the padded picture: 32 channels, or 16 of each half's column.
AVX2_INLINE __m256i load_column(const depthwise_job *job, depthwise_row row, size_t column) {
  const swiftlet_depthwise *d = job->depthwise;
  size_t x = column - d->pad_left;  // wraps left of the picture
  if (job->half_columns == 0)
    return x < d->input_width ? avx2_load(row.first + x * row.stride) : job->outside;
  __m128i lower = _mm256_castsi256_si128(job->outside), upper = lower;
  if (x < d->input_width) lower = _mm_loadu_si128((const __m128i *)(row.first + x * row.stride));
  x += job->half_columns * d->stride_x;
  if (x < d->input_width) upper = _mm_loadu_si128((const __m128i *)(row.first + x * row.stride));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(lower), upper, 1);
}

AVX2_INLINE void store_pixel(const depthwise_job *job, uint8_t *to, __m256i bytes) {
  size_t count = job->byte_end - job->byte_begin;
  if (count == 32) return _mm256_storeu_si256((__m256i *)to, bytes);
  __m128i lower = _mm256_castsi256_si128(bytes), upper = _mm256_extracti128_si256(bytes, 1);
  uint8_t *to_upper = to + job->half_columns * job->depthwise->channels;
  if (count == 16 && job->half_columns != 0) {
    _mm_storeu_si128((__m128i *)to, lower);
    _mm_storeu_si128((__m128i *)to_upper, upper);
  } else if (job->half_columns != 0) {
    avx2_store_bytes(to, lower, count);
    avx2_store_bytes(to_upper, upper, count);
  } else {
    uint8_t all[32];
    _mm256_storeu_si256((__m256i *)all, bytes);
    memcpy(to + job->byte_begin, all + job->byte_begin, count);
  }
}

// The output rows [y, y + rows), in tiles of nearly equal width.
TILE_INLINE void compute_rows(const depthwise_job *job, size_t y, int rows) {
  size_t width = job->width;
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

// What does not depend on the rows.
AVX2_INLINE void begin_pair(depthwise_job *job, size_t pair, size_t block_begin, size_t end) {
  const swiftlet_depthwise *d = job->depthwise;
  const uint8_t *packed =
      (const uint8_t *)d->packed_weights + pair * depthwise_pair_bytes(vectors_of(job->shape));
  job->constants = (const depthwise_constants *)packed;
  job->weights = (const int8_t *)packed + sizeof(depthwise_constants);
  job->channel = pair * DEPTHWISE_PAIR;
  job->byte_begin = pair * 2 < block_begin ? SWIFTLET_BLOCK : 0;
  job->byte_end = swiftlet_least(end - job->channel, DEPTHWISE_PAIR);
  job->byte_end = swiftlet_most(job->byte_end, job->byte_begin);
  job->half_columns = depthwise_is_single(d, pair) ? d->output_width / 2 : 0;
  job->width = d->output_width - job->half_columns;
  job->columns = depthwise_columns(d) - job->half_columns * d->stride_x;
  job->plane_bytes = job->columns * DEPTHWISE_COLUMN;
}

TILE_INLINE void run_depthwise(const swiftlet_depthwise *d, depthwise_shape shape,
                               size_t row_begin, size_t row_end, size_t block_begin,
                               size_t block_end, void *scratch) {
  if (d->output_width == 0) return;
  depthwise_job job = {
      .depthwise = d, .shape = shape, .first_row = row_begin, .planes = scratch};
  job.outside = _mm256_set1_epi8((char)d->pad_value);
  job.zero_point = _mm256_set1_epi16((short)d->requantization.zero_point);
  job.lower = _mm256_set1_epi8((char)d->requantization.lower);
  job.upper = _mm256_set1_epi8((char)d->requantization.upper);
  size_t end = swiftlet_least(block_end * SWIFTLET_BLOCK, d->channels);
  for (size_t pair = block_begin / 2; pair * DEPTHWISE_PAIR < end; pair++) {
    begin_pair(&job, pair, block_begin, end);
    if (job.byte_begin == job.byte_end) continue;
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
