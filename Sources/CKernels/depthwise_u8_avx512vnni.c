// SPDX-License-Identifier: Apache-2.0
//
// vpdpbusd adds four products of u8 and s8 in int32: exact for any input. A register holds two
// groups, so that two of them are the 32 channels of a pair of blocks.
#if defined(__x86_64__)
#include "avx512_support.h"
#define TILE_INLINE AVX512_INLINE
#include "depthwise_quads.h"

// Registers of an output pixel.
#define HALVES 2

typedef struct {
  __m512i of[TILE_MAX_ROWS][TILE_MAX_COLUMNS][HALVES];
} accumulators;

// Adds the quads at `plane` times one weight vector of each row from `vector` on, to rows
// [row, row + rows).
AVX512_INLINE void add_vector(const depthwise_job *job, accumulators *acc, const uint8_t *plane,
                              size_t step, size_t vector, int row, int rows, int columns) {
  SWIFTLET_UNROLL for (int h = 0; h < HALVES; h++) {
    const int8_t *weights = job->weights + ((size_t)h * vectors_of(job->shape) + vector) * 64;
    __m512i w[TILE_MAX_ROWS];
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
      w[r] = _mm512_loadu_si512(weights + 64 * r);
      if (job->shape.kernel == 5) __asm__ volatile("" : "+v"(w[r]));
    }
    SWIFTLET_UNROLL for (int m = 0; m < columns; m++) {
      __m512i quads = _mm512_loadu_si512(plane + (size_t)m * step + 64 * (size_t)h);
      SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
        __m512i *sum = &acc->of[row + r][m][h];
        *sum = _mm512_dpbusd_epi32(*sum, quads, w[r]);
        // Keeps the order, in which everything fits the registers; 3x3 does without.
        if (job->shape.kernel == 5) __asm__ volatile("" : "+v"(*sum));
      }
    }
  }
}

AVX512_INLINE void add_taps(const depthwise_job *job, accumulators *acc, size_t x, int rows,
                            int columns) {
  const depthwise_shape s = job->shape;
  const size_t together = (size_t)rows_together(s);
  const uint8_t *plane = job->planes + x * s.stride * DEPTHWISE_COLUMN;
  SWIFTLET_UNROLL for (size_t k = 0; k < s.kernel; k++)
    add_vector(job, acc, plane + k * DEPTHWISE_COLUMN, s.stride * DEPTHWISE_COLUMN, k * together,
               0, rows, columns);
  if (s.kernel != 5) return;
  // Planes 1 and 2 hold every `stride`-th column, so that an output reads neighbours of four.
  plane = job->planes + x * DEPTHWISE_COLUMN;
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
    plane += job->plane_bytes;
    SWIFTLET_UNROLL for (size_t part = 0; part < 2; part++)
      add_vector(job, acc, plane + part * 4 / s.stride * DEPTHWISE_COLUMN, DEPTHWISE_COLUMN,
                 together * s.kernel + 2 * (size_t)r + part, r, 1, columns);
  }
}

// The 32 channels of a pixel as int16, a lane being four of groups g and four of group g + 2.
AVX512_INLINE __m512i scaled_words(const depthwise_job *job, const __m512i acc[HALVES]) {
  __m512 low = _mm512_loadu_ps(job->constants->multiplier);
  __m512 high = _mm512_loadu_ps(job->constants->multiplier + 16);
  __m512i words = _mm512_packs_epi32(avx512_scale(acc[0], low), avx512_scale(acc[1], high));
  return _mm512_adds_epi16(words, _mm512_broadcast_i64x4(job->zero_point));
}

AVX512_INLINE void compute_tile(const depthwise_job *job, size_t y, size_t x, int rows,
                                int columns) {
  const swiftlet_depthwise *d = job->depthwise;
  accumulators acc;
  SWIFTLET_UNROLL for (int h = 0; h < HALVES; h++) {
    __m512i bias = _mm512_loadu_si512(job->constants->bias + 16 * h);
    SWIFTLET_UNROLL for (int r = 0; r < rows; r++)
      SWIFTLET_UNROLL for (int m = 0; m < columns; m++) acc.of[r][m][h] = bias;
  }
  add_taps(job, &acc, x, rows, columns);
  // Two pixels make a register of bytes: dwords of a and b alternate by twos in each lane.
  const __m512i order = _mm512_setr_epi32(0, 8, 1, 9, 4, 12, 5, 13, 2, 10, 3, 11, 6, 14, 7, 15);
  const __m512i lower = _mm512_broadcast_i64x4(job->lower);
  const __m512i upper = _mm512_broadcast_i64x4(job->upper);
  SWIFTLET_UNROLL for (int r = 0; r < rows; r++) {
    uint8_t *to = d->output + ((y + (size_t)r) * d->output_width + x) * d->channels + job->channel;
    SWIFTLET_UNROLL for (int m = 0; m < columns; m += 2) {
      int next = m + 1 < columns ? m + 1 : m;
      __m512i bytes = _mm512_packus_epi16(scaled_words(job, acc.of[r][m]),
                                          scaled_words(job, acc.of[r][next]));
      bytes = _mm512_min_epu8(_mm512_max_epu8(bytes, lower), upper);
      bytes = _mm512_permutexvar_epi32(order, bytes);
      store_pixel(job, to + (size_t)m * d->channels, _mm512_castsi512_si256(bytes));
      if (next > m)
        store_pixel(job, to + (size_t)next * d->channels, _mm512_extracti64x4_epi64(bytes, 1));
    }
  }
}

#define KERNEL(name, size, stride)                                                         \
  AVX512 void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,  \
                   size_t block_begin, size_t block_end, void *scratch) {                  \
    run_depthwise(depthwise, (depthwise_shape){size, stride}, row_begin, row_end,          \
                  block_begin, block_end, scratch);                                        \
  }
KERNEL(depthwise_u8_3x3s1__avx512vnni, 3, 1)
KERNEL(depthwise_u8_3x3s2__avx512vnni, 3, 2)
KERNEL(depthwise_u8_5x5s1__avx512vnni, 5, 1)
KERNEL(depthwise_u8_5x5s2__avx512vnni, 5, 2)
#endif
