// SPDX-License-Identifier: Apache-2.0
//
// Inputs of at most 127: maddubs adds two products without saturation (2 * 127 * 127 < 2^15), and a
// quad of taps is one int32 lane. The planes of a window:
//   plane 0      quads of four rows, one column each
//   plane 1, 2   5x5 only: quads of four columns of the row that is left, for each output row
// With stride 1 two output rows share plane 0: of 3x3 its rows are taps 0...2 of the first and, one
// further down, of the second; of 5x5 they are taps 1...4 of the first and 0...3 of the second.
#include "depthwise_support.h"

#if defined(__x86_64__)
typedef struct {
  size_t kernel, stride;
} depthwise_shape;
#include "depthwise_avx2.h"

// Tap row of the first row of plane 0, for the first output row.
SWIFTLET_INLINE size_t top_of(depthwise_shape s) { return s.kernel == 5 && s.stride == 1 ? 1 : 0; }
SWIFTLET_INLINE int rows_together(depthwise_shape s) { return s.stride == 1 ? 2 : 1; }
// Row of plane 1 + r, counted like the tap rows of the first output row.
SWIFTLET_INLINE size_t single_row(depthwise_shape s, size_t r) {
  return s.stride == 1 ? (r == 0 ? 0 : 5) : 4;
}
// Weight vectors of a group: of plane 0 [column][output row], then of the others [output row][part].
SWIFTLET_INLINE size_t vectors_of(depthwise_shape s) {
  return (size_t)rows_together(s) * (s.kernel == 5 ? 7 : 3);
}

// Writes a quad of 32 channels, each channel's four bytes together.
AVX2_INLINE void store_quads(uint8_t *to, __m256i a, __m256i b, __m256i c, __m256i d) {
  __m256i ab_low = _mm256_unpacklo_epi8(a, b), ab_high = _mm256_unpackhi_epi8(a, b);
  __m256i cd_low = _mm256_unpacklo_epi8(c, d), cd_high = _mm256_unpackhi_epi8(c, d);
  __m256i *groups = (__m256i *)to;
  _mm256_storeu_si256(groups + 0, _mm256_unpacklo_epi16(ab_low, cd_low));
  _mm256_storeu_si256(groups + 1, _mm256_unpackhi_epi16(ab_low, cd_low));
  _mm256_storeu_si256(groups + 2, _mm256_unpacklo_epi16(ab_high, cd_high));
  _mm256_storeu_si256(groups + 3, _mm256_unpackhi_epi16(ab_high, cd_high));
}

AVX2_INLINE void prepare(const depthwise_job *job, size_t y, int output_rows) {
  const swiftlet_depthwise *d = job->depthwise;
  const depthwise_shape s = job->shape;
  const size_t columns = depthwise_columns(d), first = y * s.stride;
  uint8_t outside[DEPTHWISE_PAIR];
  _mm256_storeu_si256((__m256i *)outside, job->outside);
  depthwise_row rows[4];
  for (size_t i = 0; i < 4; i++)
    rows[i] = depthwise_padded_row(d, first + top_of(s) + i, job->channel, outside);
  uint8_t *to = job->planes;
  SWIFTLET_ROLLED for (size_t c = 0; c < columns; c++, to += DEPTHWISE_COLUMN)
    store_quads(to, load_column(job, rows[0], c), load_column(job, rows[1], c),
                load_column(job, rows[2], c), load_column(job, rows[3], c));
  if (s.kernel != 5) return;
  SWIFTLET_UNROLL for (size_t r = 0; r < (size_t)output_rows; r++) {
    depthwise_row row = depthwise_padded_row(d, first + single_row(s, r), job->channel, outside);
    to = job->planes + (1 + r) * job->plane_bytes;
    SWIFTLET_ROLLED for (size_t c = 0; c < columns; c += s.stride, to += DEPTHWISE_COLUMN)
      store_quads(to, load_column(job, row, c), load_column(job, row, c + 1),
                  load_column(job, row, c + 2), load_column(job, row, c + 3));
  }
}

AVX2_INLINE __m256i add_quads(__m256i acc, __m256i inputs, __m256i weights, __m256i ones) {
  return _mm256_add_epi32(acc, _mm256_madd_epi16(_mm256_maddubs_epi16(inputs, weights), ones));
}

AVX2_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_COLUMNS], const uint8_t *inputs,
                          size_t plane_bytes, size_t x, const int8_t *weights, depthwise_shape s,
                          int rows, int columns) {
  __m256i ones = _mm256_set1_epi16(1);
  __asm__("" : "+x"(ones));
  const uint8_t *plane = inputs + x * s.stride * DEPTHWISE_COLUMN;
  SWIFTLET_UNROLL for (size_t k = 0; k < s.kernel; k++) {
    __m256i w[TILE_MAX_ROWS];
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++, weights += 32) w[r] = avx2_load(weights);
    weights += 32 * (rows_together(s) - rows);
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
      __m256i quads = avx2_load(plane + ((size_t)m * s.stride + k) * DEPTHWISE_COLUMN);
      SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
        acc[r][m] = add_quads(acc[r][m], quads, w[r], ones);
    }
  }
  if (s.kernel != 5) return;
  // Planes 1 and 2 hold every `stride`-th column, so that an output reads neighbours of four.
  plane = inputs + x * DEPTHWISE_COLUMN;
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
    plane += plane_bytes;
    SWIFTLET_UNROLL for (size_t part = 0; part < 2; part++, weights += 32) {
      __m256i w = avx2_load(weights);
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
        size_t column = (size_t)m + part * 4 / s.stride;
        acc[r][m] = add_quads(acc[r][m], avx2_load(plane + column * DEPTHWISE_COLUMN), w, ones);
      }
    }
  }
}
// The tap in a slot of a weight vector, as a row and a column; none if the row is not in the kernel.
static size_t tap_row(depthwise_shape s, size_t vector, size_t slot, size_t *column) {
  size_t rows = (size_t)rows_together(s), r;
  if (vector < rows * s.kernel) {
    r = vector % rows;
    *column = vector / rows;
    return top_of(s) + slot - r;  // wraps above the kernel
  }
  r = (vector - rows * s.kernel) / 2;
  *column = (vector - rows * s.kernel) % 2 * 4 + slot;
  return *column < s.kernel ? single_row(s, r) - r : s.kernel;
}

size_t depthwise_u7__avx2_packed_byte_count(const swiftlet_depthwise *d) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  return depthwise_pairs(d) * depthwise_pair_bytes(vectors_of(s));
}

void depthwise_u7__avx2_pack(const swiftlet_depthwise *d, void *packed) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  const size_t vectors = vectors_of(s);
  for (size_t pair = 0; pair < depthwise_pairs(d); pair++) {
    uint8_t *to = (uint8_t *)packed + pair * depthwise_pair_bytes(vectors);
    depthwise_pack_constants(d, pair, (depthwise_constants *)to);
    int8_t *weights = (int8_t *)to + sizeof(depthwise_constants);
    for (size_t i = 0; i < DEPTHWISE_GROUPS * vectors * 32; i++) {
      size_t group = i / 32 / vectors, vector = i / 32 % vectors, column;
      size_t row = tap_row(s, vector, i % 4, &column);
      size_t channel = pair * DEPTHWISE_PAIR + depthwise_channel(group, i % 32 / 4);
      weights[i] = row < s.kernel ? depthwise_weight(d, channel, row * s.kernel + column) : 0;
    }
  }
}

size_t depthwise_u7__avx2_scratch_byte_count(const swiftlet_depthwise *d) {
  return depthwise_columns(d) * DEPTHWISE_COLUMN * (d->kernel_height == 5 ? 3 : 1);
}

#define KERNEL(name, size, stride)                                                       \
  AVX2 void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,  \
                 size_t block_begin, size_t block_end, void *scratch) {                  \
    run_depthwise(depthwise, (depthwise_shape){size, stride}, row_begin, row_end,        \
                  block_begin, block_end, scratch);                                      \
  }
KERNEL(depthwise_u7_3x3s1__avx2, 3, 1)
KERNEL(depthwise_u7_3x3s2__avx2, 3, 2)
KERNEL(depthwise_u7_5x5s1__avx2, 5, 1)
KERNEL(depthwise_u7_5x5s2__avx2, 5, 2)
#endif
