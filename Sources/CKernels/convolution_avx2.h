// SPDX-License-Identifier: Apache-2.0
//
// The convolution in AVX2's registers around a multiplication. The including file defines before
//   TILE_ROWS and TILE_VECTORS (convolution_driver.h), and TILE_INLINE beyond AVX2
// and after it
//   multiply(acc, inputs, weights, k_groups, rows, vectors)
// which adds one segment.
#pragma once
#include "avx2_support.h"
#if !defined(TILE_INLINE)
#define TILE_INLINE AVX2_INLINE
#endif
#define TILE_CHANNELS 8
#include "convolution_driver.h"

TILE_INLINE void multiply(__m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], const uint8_t *const *inputs,
                          const int8_t *const *weights, size_t k_groups, int rows, int vectors);

// Keeps the accumulators of a row in registers: without it the compiler hoists loads and spills.
#define PIN(acc, row, vectors)                                            \
  do {                                                                    \
    SWIFTLET_UNROLL for (int pinned = 0; pinned < (vectors); pinned++)    \
        __asm__ volatile("" : "+x"((acc)[row][pinned]));                  \
  } while (0)

// One pixel: floats, or the last channels where they do not fill the vectors.
static __attribute__((noinline, target("avx2"))) void store_pixel(const swiftlet_convolution *c,
                                                                  const __m256i *acc, size_t pixel,
                                                                  size_t channel, int vectors) {
  const avx2_output output = avx2_output_of(&c->requantization);
  for (int v = 0; v < vectors; v++, channel += 8) {
    if (channel >= c->output_channels) return;
    size_t count = swiftlet_least(c->output_channels - channel, 8);
    size_t at = pixel * c->output_stride + channel;
    __m256 multiplier = _mm256_loadu_ps(c->requantization.multiplier + channel);
    if (c->output_float) {
      float real[8];
      _mm256_storeu_ps(real, _mm256_mul_ps(_mm256_cvtepi32_ps(acc[v]), multiplier));
      memcpy(c->output_float + at, real, count * sizeof(float));
    } else {
      __m128i bytes = avx2_narrow8(avx2_scale(acc[v], multiplier), output);
      avx2_store_bytes(c->output + at, bytes, count);
    }
  }
}

// Two pixels, all channels of the vectors; `to_b` may be `to_a`.
AVX2_INLINE void store_pixels(uint8_t *to_a, uint8_t *to_b, const __m256i *a, const __m256i *b,
                              int vectors, avx2_output output) {
  if (vectors >= 2) {
    __m256i bytes = avx2_narrow32(a[0], a[1], b[0], b[1], output);
    _mm_storeu_si128((__m128i *)to_b, _mm256_extracti128_si256(bytes, 1));
    _mm_storeu_si128((__m128i *)to_a, _mm256_castsi256_si128(bytes));
  }
  if (vectors % 2 == 1) {
    size_t at = 8 * (size_t)(vectors - 1);
    __m128i bytes = _mm256_castsi256_si128(
        avx2_narrow32(a[vectors - 1], b[vectors - 1], a[vectors - 1], b[vectors - 1], output));
    // In dwords: a 0...3, b 0...3, a 4...7, b 4...7 became a, a, b, b.
    _mm_storeh_pd((double *)(void *)(to_b + at), _mm_castsi128_pd(bytes));
    _mm_storel_epi64((__m128i *)(to_a + at), bytes);
  }
}

AVX2_INLINE void store_tile(const swiftlet_convolution *c,
                            __m256i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], size_t pixel,
                            size_t channel, int rows, int vectors) {
  if (c->output_float || c->output_channels - channel < (size_t)(8 * vectors)) {
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      __m256i copy[TILE_MAX_VECTORS];  // the accumulators themselves stay in registers
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) copy[v] = acc[m][v];
      store_pixel(c, copy, pixel + m, channel, vectors);
    }
    return;
  }
  const avx2_output output = avx2_output_of(&c->requantization);
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
    __m256 multiplier = _mm256_loadu_ps(c->requantization.multiplier + channel + 8 * v);
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) acc[m][v] = avx2_scale(acc[m][v], multiplier);
  }
  uint8_t *to = c->output + pixel * c->output_stride + channel;
  SWIFTLET_UNROLL for (int m = 0; m < rows; m += 2) {
    int next = m + 1 < rows ? m + 1 : m;
    store_pixels(to + (size_t)m * c->output_stride, to + (size_t)next * c->output_stride, acc[m],
                 acc[next], vectors, output);
  }
}

// Output pixels [pixel, pixel + rows), 8 * vectors channels from `channel` on.
TILE_INLINE void compute_tile(const swiftlet_convolution *c, const uint8_t *const *windows,
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
  store_tile(c, acc, pixel, channel, rows, vectors);
}
