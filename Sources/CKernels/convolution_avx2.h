// SPDX-License-Identifier: Apache-2.0
//
// The AVX2 convolution around a multiplication. The including file defines before
//   multiply(acc, inputs, weights, k_groups, rows, vectors)
// which adds one segment, and TILE_ROWS(vectors), the rows of a tile of 1, 2 or 3 vectors of eight
// channels; after it, RUN_CONVOLUTION is the whole kernel.
#pragma once
#include "avx2_support.h"
#include "convolution_support.h"

#define MAX_ROWS 8
#define MAX_VECTORS 3

AVX2_INLINE void multiply(__m256i acc[MAX_ROWS][MAX_VECTORS], const uint8_t *const *inputs,
                          const int8_t *const *weights, size_t k_groups, int rows, int vectors);

// Keeps the accumulators of a row in registers: without it the compiler hoists loads and spills.
#define PIN(acc, row, vectors)                                            \
  do {                                                                    \
    SWIFTLET_UNROLL for (int pinned = 0; pinned < (vectors); pinned++)    \
        __asm__ volatile("" : "+x"((acc)[row][pinned]));                  \
  } while (0)

AVX2_INLINE void store_row(const swiftlet_convolution *c, const __m256i *acc, size_t pixel,
                           size_t channel, int vectors, avx2_output output) {
  const float *multiplier = c->requantization.multiplier + channel;
  size_t left = c->output_channels - channel;
  if (c->output_float) {
    float *to = c->output_float + pixel * c->output_stride + channel;
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
      float real[8];
      _mm256_storeu_ps(
          real, _mm256_mul_ps(_mm256_cvtepi32_ps(acc[v]), _mm256_loadu_ps(multiplier + 8 * v)));
      if (left > (size_t)(8 * v))
        memcpy(to + 8 * v, real, swiftlet_least(left - 8 * v, 8) * sizeof(float));
    }
    return;
  }
  uint8_t *to = c->output + pixel * c->output_stride + channel;
  __m256i scaled[MAX_VECTORS];
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++)
      scaled[v] = avx2_scale(acc[v], _mm256_loadu_ps(multiplier + 8 * v));
  __m128i tail = avx2_narrow8(scaled[vectors - 1], output);
  if (vectors >= 2) {
    __m128i bytes = avx2_narrow16(scaled[0], scaled[1], output);
    if (left < 16) return avx2_store_bytes(to, bytes, left);
    _mm_storeu_si128((__m128i *)to, bytes);
    to += 16;
    left -= 16;
    if (vectors == 2) return;
  }
  if (left < 8) return avx2_store_bytes(to, tail, left);
  _mm_storel_epi64((__m128i *)to, tail);
}

// Output pixels [pixel, pixel + rows), 8 * vectors channels from `channel` on.
AVX2_INLINE void compute_tile(const swiftlet_convolution *c, const uint8_t *const *windows,
                              size_t pixel, size_t channel, int rows, int vectors) {
  __m256i acc[MAX_ROWS][MAX_VECTORS];
  const uint8_t *inputs[MAX_ROWS];
  const int8_t *weights[MAX_VECTORS];
  size_t block_bytes = convolution_block_bytes(c);
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
    size_t vector = channel / 8 + v;
    weights[v] = c->weights + vector / 2 * block_bytes + vector % 2 * 32;
    __m256i bias = avx2_load(c->requantization.bias + channel + 8 * v);
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) acc[m][v] = bias;
  }
  SWIFTLET_ROLLED for (size_t s = 0; s < c->segment_count; s++) {
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++)
        inputs[m] = windows[m] + c->segment_offsets[s];
    multiply(acc, inputs, weights, c->k_groups, rows, vectors);
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) weights[v] += c->k_groups * 64;
  }
  avx2_output output = avx2_output_of(&c->requantization);
  SWIFTLET_UNROLL for (int m = 0; m < rows; m++)
      store_row(c, acc[m], pixel + m, channel, vectors, output);
}

// All pixels of a panel in tiles of nearly equal height, so that none is much too small.
AVX2_INLINE void compute_strip(const swiftlet_convolution *c, const uint8_t *const *windows,
                               size_t pixel, size_t count, size_t channel, int vectors) {
  size_t tiles = (count + TILE_ROWS(vectors) - 1) / TILE_ROWS(vectors);
  SWIFTLET_ROLLED for (size_t begin = 0; begin < count; tiles--) {
    size_t rows = (count - begin + tiles - 1) / tiles;
    switch (rows) {
#define TILE(n)                                                                             \
  case n:                                                                                   \
    if (n <= TILE_ROWS(vectors)) compute_tile(c, windows + begin, pixel + begin, channel, n, vectors); \
    break;
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE
    }
    begin += rows;
  }
}

#define RUN_CONVOLUTION(c, pixel_begin, pixel_end, block_begin, block_end) \
  run_convolution(c, pixel_begin, pixel_end, block_begin, block_end)

AVX2_INLINE void run_convolution(const swiftlet_convolution *c, size_t pixel_begin,
                                 size_t pixel_end, size_t block_begin, size_t block_end) {
  const uint8_t *windows[CONVOLUTION_PANEL];
  size_t panel = convolution_panel(c, TILE_ROWS(2) * TILE_ROWS(3));
  size_t end = swiftlet_least(block_end * 2, (c->output_channels + 7) / 8);
  for (size_t pixel = pixel_begin; pixel < pixel_end; pixel += panel) {
    size_t count = swiftlet_least(panel, pixel_end - pixel);
    convolution_windows(c, pixel, count, windows);
    for (size_t vector = block_begin * 2; vector < end;) {
      size_t left = end - vector, width = swiftlet_least(WIDTH_FOR(left), left);
      if (width == 3)
        compute_strip(c, windows, pixel, count, vector * 8, 3);
      else if (width == 2)
        compute_strip(c, windows, pixel, count, vector * 8, 2);
      else
        compute_strip(c, windows, pixel, count, vector * 8, 1);
      vector += width;
    }
  }
}
