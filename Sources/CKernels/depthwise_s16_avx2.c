// SPDX-License-Identifier: Apache-2.0
//
// Products of int16: exact for any input, any window and any strides. Input rows go in pairs, each
// pair one plane; a vector holds an int16 of either row for four channels of each block. With a
// stride of 1 two output rows share the planes. Where an output row, or two, go on by two input
// rows, all planes but one serve again: they form a ring.
#include "depthwise_support.h"

#if defined(__x86_64__)
typedef struct {
  size_t height, width, stride, row_stride;
} depthwise_shape;
#define TILE_INLINE AVX2_INLINE
#include "depthwise_tile_avx2.h"

SWIFTLET_INLINE int rows_together(depthwise_shape s) { return s.row_stride == 1 ? 2 : 1; }
// Of an output row of those that go together: the input row above its window, and the planes that
// it reads.
SWIFTLET_INLINE size_t top_of(depthwise_shape s, size_t r) { return r * s.row_stride; }
SWIFTLET_INLINE size_t first_plane(depthwise_shape s, size_t r) { return top_of(s, r) / 2; }
SWIFTLET_INLINE size_t planes_of(depthwise_shape s, size_t r) {
  return (top_of(s, r) + s.height + 1) / 2 - first_plane(s, r);
}
// Weight vectors are [output row][plane][column].
SWIFTLET_INLINE size_t vectors_of(depthwise_shape s) {
  size_t second = rows_together(s) == 2 ? planes_of(s, 1) : 0;
  return (planes_of(s, 0) + second) * s.width;
}

// Planes that output rows which go together read.
SWIFTLET_INLINE size_t ring_of(depthwise_shape s) {
  size_t last = (size_t)rows_together(s) - 1;
  return first_plane(s, last) + planes_of(s, last);
}
SWIFTLET_INLINE int goes_on_by_two(depthwise_shape s) {
  return (size_t)rows_together(s) * s.row_stride == 2;
}

// Where plane `i` of the output rows from y on lies.
SWIFTLET_INLINE uint8_t *plane_at(const depthwise_job *job, size_t y, size_t i) {
  size_t step = (y - job->first_row) / (size_t)rows_together(job->shape);
  if (goes_on_by_two(job->shape)) i = (i + step) % ring_of(job->shape);
  return job->planes + i * job->plane_bytes;
}

TILE_INLINE void prepare(const depthwise_job *job, size_t y, int output_rows) {
  (void)output_rows;
  const swiftlet_depthwise *d = job->depthwise;
  const __m256i zero = _mm256_setzero_si256();
  uint8_t outside[DEPTHWISE_PAIR];
  _mm256_storeu_si256((__m256i *)outside, job->outside);
  const size_t count = ring_of(job->shape);
  size_t i = goes_on_by_two(job->shape) && y > job->first_row ? count - 1 : 0;
  for (; i < count; i++) {
    // Rows that no output row reads have no weights, and those behind the picture pad values.
    size_t first = y * d->stride_y + 2 * i;
    depthwise_row upper = depthwise_padded_row(d, first, job->channel, outside);
    depthwise_row lower = depthwise_padded_row(d, first + 1, job->channel, outside);
    uint8_t *to = plane_at(job, y, i);
    SWIFTLET_ROLLED for (size_t c = 0; c < job->columns; c++, to += DEPTHWISE_COLUMN) {
      __m256i a = load_column(job, upper, c), b = load_column(job, lower, c);
      __m256i low = _mm256_unpacklo_epi8(a, b), high = _mm256_unpackhi_epi8(a, b);
      __m256i *groups = (__m256i *)to;
      _mm256_storeu_si256(groups + 0, _mm256_unpacklo_epi8(low, zero));
      _mm256_storeu_si256(groups + 1, _mm256_unpackhi_epi8(low, zero));
      _mm256_storeu_si256(groups + 2, _mm256_unpacklo_epi8(high, zero));
      _mm256_storeu_si256(groups + 3, _mm256_unpackhi_epi8(high, zero));
    }
  }
}

AVX2_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS], const depthwise_job *job,
                          size_t group, size_t y, size_t x, int rows, int columns) {
  const depthwise_shape s = job->shape;
  const int8_t *weights = job->weights + group * vectors_of(s) * 32;
  const size_t row_vectors = planes_of(s, 0) * s.width;
  const size_t last = (size_t)rows - 1, end = first_plane(s, last) + planes_of(s, last);
  for (size_t i = 0; i < end; i++) {
    const uint8_t *inputs = plane_at(job, y, i) + 32 * group + x * s.stride * DEPTHWISE_COLUMN;
    for (size_t k = 0; k < s.width; k++) {
      __m256i w[TILE_MAX_ROWS];
      int reads[TILE_MAX_ROWS];
      SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
        size_t plane = i - first_plane(s, (size_t)r);  // wraps above the window
        reads[r] = plane < planes_of(s, (size_t)r);
        if (reads[r]) w[r] = avx2_load(weights + ((size_t)r * row_vectors + plane * s.width + k) * 32);
      }
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
        __m256i pairs = avx2_load(inputs + ((size_t)m * s.stride + k) * DEPTHWISE_COLUMN);
        SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
          if (reads[r])
            acc[r][m] = _mm256_add_epi32(acc[r][m], _mm256_madd_epi16(pairs, w[r]));
      }
    }
  }
}

size_t depthwise_s16__avx2_packed_byte_count(const swiftlet_depthwise *d) {
  depthwise_shape s = {d->kernel_height, d->kernel_width, d->stride_x, d->stride_y};
  return depthwise_pairs(d) * depthwise_pair_bytes(vectors_of(s));
}

void depthwise_s16__avx2_pack(const swiftlet_depthwise *d, void *packed) {
  depthwise_shape s = {d->kernel_height, d->kernel_width, d->stride_x, d->stride_y};
  const size_t vectors = vectors_of(s);
  for (size_t pair = 0; pair < depthwise_pairs(d); pair++) {
    uint8_t *to = (uint8_t *)packed + pair * depthwise_pair_bytes(vectors);
    depthwise_pack_constants(d, pair, (depthwise_constants *)to);
    int16_t *weights = (int16_t *)(to + sizeof(depthwise_constants));
    for (size_t i = 0; i < DEPTHWISE_GROUPS * vectors * 16; i++) {
      size_t group = i / 16 / vectors, vector = i / 16 % vectors;
      size_t r = vector >= planes_of(s, 0) * s.width, column = vector % s.width;
      size_t plane = vector / s.width - r * planes_of(s, 0) + first_plane(s, r);
      size_t row = plane * 2 + i % 2 - top_of(s, r);  // wraps above the window
      size_t channel = depthwise_channel(d, pair, group, i % 16 / 2);
      weights[i] = row < s.height ? depthwise_weight(d, channel, row * s.width + column) : 0;
    }
  }
}

size_t depthwise_s16__avx2_scratch_byte_count(const swiftlet_depthwise *d) {
  depthwise_shape s = {d->kernel_height, d->kernel_width, d->stride_x, d->stride_y};
  return depthwise_columns(d) * DEPTHWISE_COLUMN * ring_of(s);
}

#define KERNEL(name, height, width, stride, row_stride)                                  \
  AVX2 void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,  \
                 size_t block_begin, size_t block_end, void *scratch) {                  \
    run_depthwise(depthwise, (depthwise_shape){height, width, stride, row_stride},       \
                  row_begin, row_end, block_begin, block_end, scratch);                  \
  }
KERNEL(depthwise_s16_3x3s1__avx2, 3, 3, 1, 1)
KERNEL(depthwise_s16_3x3s2__avx2, 3, 3, 2, 2)
KERNEL(depthwise_s16_5x5s1__avx2, 5, 5, 1, 1)
KERNEL(depthwise_s16_5x5s2__avx2, 5, 5, 2, 2)
KERNEL(depthwise_s16_any__avx2, depthwise->kernel_height, depthwise->kernel_width,
       depthwise->stride_x, depthwise->stride_y)
#endif
