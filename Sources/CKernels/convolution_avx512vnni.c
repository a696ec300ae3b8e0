// SPDX-License-Identifier: Apache-2.0
//
// vpdpbusd adds four products of u8 and s8 in int32: exact for any input and any weights. A vector
// is one weight block.
#if defined(__x86_64__)
#include "avx512_support.h"
#define TILE_INLINE AVX512_INLINE
#define TILE_CHANNELS 16
#define TILE_ROWS(vectors) ((vectors) == 4 ? 6 : 8)
// Fours, but no one is left alone.
#define TILE_VECTORS(left) ((left) == 5 ? 3 : 4)
#include "convolution_driver.h"

// One pixel in floats.
static __attribute__((noinline, target("avx512f,avx512bw,avx512vl,avx512vnni"))) void store_floats(
    const swiftlet_convolution *c, const __m512i *acc, size_t pixel, size_t channel, int vectors) {
  for (int v = 0; v < vectors && channel < c->output_channels; v++, channel += 16) {
    size_t left = c->output_channels - channel;
    __mmask16 valid = left < 16 ? (__mmask16)((1u << left) - 1) : (__mmask16)0xFFFF;
    __m512 multiplier = _mm512_loadu_ps(c->requantization.multiplier + channel);
    _mm512_mask_storeu_ps(c->output_float + pixel * c->output_stride + channel, valid,
                          _mm512_mul_ps(_mm512_cvtepi32_ps(acc[v]), multiplier));
  }
}

// Stores the 16 * vectors bytes of a row, the lowest ones of `bytes`, or those of `valid` alone.
AVX512_INLINE void store_row(uint8_t *to, __m512i bytes, int vectors, int is_whole,
                             __mmask64 valid) {
  if (!is_whole) return _mm512_mask_storeu_epi8(to, valid, bytes);
  if (vectors == 4) return _mm512_storeu_si512(to, bytes);
  if (vectors == 1) return _mm_storeu_si128((__m128i *)to, _mm512_castsi512_si128(bytes));
  _mm256_storeu_si256((__m256i *)to, _mm512_castsi512_si256(bytes));
  if (vectors == 3)
    _mm_storeu_si128((__m128i *)(to + 32), _mm512_extracti32x4_epi32(bytes, 2));
}

// Two rows of two vectors, four of one, else one row, at a time.
AVX512_INLINE void store_bytes(const swiftlet_convolution *c,
                               __m512i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], size_t pixel,
                               size_t channel, int rows, int vectors, int is_whole) {
  avx512_output output = avx512_output_of(&c->requantization);
  const int together = vectors == 1 ? 4 : vectors == 2 ? 2 : 1;
  const size_t stride = c->output_stride;
  uint8_t *to = c->output + pixel * stride + channel;
  const __mmask64 valid = is_whole ? 0 : (1ull << (c->output_channels - channel)) - 1;
  __m512 multiplier[TILE_MAX_VECTORS];
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++)
      multiplier[v] = _mm512_loadu_ps(c->requantization.multiplier + channel + 16 * v);
  SWIFTLET_UNROLL for (int m = 0; m < rows; m += together) {
    __m512i scaled[4];
    SWIFTLET_UNROLL for (int i = 0; i < 4; i++) {
      int row = m + i / vectors, v = i % vectors;
      int is_used = i < vectors * together && row < rows;
      scaled[i] = is_used ? avx512_scale(acc[row][v], multiplier[v]) : scaled[i - 1];
    }
    __m512i bytes = avx512_narrow(scaled[0], scaled[1], scaled[2], scaled[3], output);
    store_row(to, bytes, vectors, is_whole, valid);
    to += stride;
    if (together == 2 && m + 1 < rows)
      store_row(to, _mm512_shuffle_i64x2(bytes, bytes, 0xEE), vectors, is_whole, valid);
    if (together == 2) to += stride;
    if (together == 4) {
      if (m + 1 < rows) store_row(to, _mm512_shuffle_i64x2(bytes, bytes, 0x01), vectors, is_whole, valid);
      if (m + 2 < rows)
        store_row(to + stride, _mm512_shuffle_i64x2(bytes, bytes, 0x02), vectors, is_whole, valid);
      if (m + 3 < rows)
        store_row(to + 2 * stride, _mm512_shuffle_i64x2(bytes, bytes, 0x03), vectors, is_whole, valid);
      to += 3 * stride;
    }
  }
}

AVX512_INLINE void store_tile(const swiftlet_convolution *c,
                              __m512i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS], size_t pixel,
                              size_t channel, int rows, int vectors) {
  if (c->output_float) {
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      __m512i copy[TILE_MAX_VECTORS];  // the accumulators themselves stay in registers
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) copy[v] = acc[m][v];
      store_floats(c, copy, pixel + m, channel, vectors);
    }
  } else if (c->output_channels - channel >= (size_t)(16 * vectors)) {
    store_bytes(c, acc, pixel, channel, rows, vectors, 1);
  } else {
    store_bytes(c, acc, pixel, channel, rows, vectors, 0);
  }
}

AVX512_INLINE void multiply(__m512i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS],
                            const uint8_t *const *inputs, const int8_t *const *weights,
                            size_t k_groups, int rows, int vectors) {
  SWIFTLET_ROLLED for (size_t k = 0; k < k_groups; k++) {
    __m512i w[TILE_MAX_VECTORS];
    SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
      w[v] = _mm512_loadu_si512(weights[v] + 64 * k);
      __asm__ volatile("" : "+v"(w[v]));
    }
    SWIFTLET_UNROLL for (int m = 0; m < rows; m++) {
      __m512i input = avx512_broadcast(inputs[m] + 4 * k);
      SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
        acc[m][v] = _mm512_dpbusd_epi32(acc[m][v], input, w[v]);
        __asm__ volatile("" : "+v"(acc[m][v]));
      }
    }
  }
}

// Output pixels [pixel, pixel + rows), 16 * vectors channels from `channel` on.
AVX512_INLINE void compute_tile(const swiftlet_convolution *c, const uint8_t *const *windows,
                                size_t pixel, size_t channel, int rows, int vectors) {
  __m512i acc[TILE_MAX_ROWS][TILE_MAX_VECTORS];
  const uint8_t *inputs[TILE_MAX_ROWS];
  const int8_t *weights[TILE_MAX_VECTORS];
  size_t block_bytes = convolution_block_bytes(c);
  SWIFTLET_UNROLL for (int v = 0; v < vectors; v++) {
    weights[v] = c->weights + (channel / 16 + v) * block_bytes;
    __m512i bias = _mm512_loadu_si512(c->requantization.bias + channel + 16 * v);
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

AVX512 void convolution_u8_6x64c4__avx512vnni(const swiftlet_convolution *convolution,
                                              size_t pixel_begin, size_t pixel_end,
                                              size_t block_begin, size_t block_end) {
  run_convolution(convolution, pixel_begin, pixel_end, block_begin, block_end);
}
#endif
