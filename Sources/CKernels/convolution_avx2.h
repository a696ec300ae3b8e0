// SPDX-License-Identifier: Apache-2.0
//
// The AVX2 convolution around a multiplication. The including file defines before
//   multiply(acc, inputs, weights, k_groups, rows, vectors)
// which adds one segment, and TILE_ROWS and TILE_VECTORS (convolution_driver.h).
#pragma once
#include "avx2_support.h"
#define TILE_INLINE AVX2_INLINE
#define TILE_CHANNELS 8
#include "convolution_driver.h"

AVX2_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], const uint8_t *const *inputs,
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
  __m256i scaled[TILE_MAX_VECTORS];
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
  __m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS];
  const uint8_t *inputs[TILE_MAX_ROWS];
  const int8_t *weights[TILE_MAX_VECTORS];
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
    multiply(acc, inputs, weights, c->k_used, rows, vectors);
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) weights[v] += c->k_groups * 64;
  }
  avx2_output output = avx2_output_of(&c->requantization);
  SWIFTLET_UNROLL for (int m = 0; m < rows; m++)
      store_row(c, acc[m], pixel + m, channel, vectors, output);
}
