// SPDX-License-Identifier: Apache-2.0
//
// Sixteen pixels at a time, eight in each half of a register. Samples become words by a shuffle that
// also replicates the chroma, so that only the two shuffles differ from layout to layout.
#include "pixel_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"

typedef struct {
  __m256i luma, first, second;  // shuffles
  __m256i zero, luma_first, luma_second, green_first, green_second;
} frame_constants;

// Word i of each half from byte `offset` + (i >> shift) * step of it, plus `upper` in the upper half.
AVX2_INLINE __m256i word_shuffle(int offset, int step, int shift, int upper) {
  int8_t order[32];
  for (int i = 0; i < 16; i++) {
    order[2 * i] = (int8_t)(offset + (i % 8 >> shift) * step + (i < 8 ? 0 : upper));
    order[2 * i + 1] = -1;
  }
  return avx2_load(order);
}

AVX2_INLINE __m256i pair(int16_t low, int16_t high) {
  return _mm256_set1_epi32((int32_t)((uint32_t)(uint16_t)high << 16 | (uint16_t)low));
}

// Sums of 16 pixels, rounded half up, to words that saturate.
AVX2_INLINE __m256i colour_words(__m256i low, __m256i high) {
  return _mm256_packs_epi32(_mm256_srai_epi32(low, SWIFTLET_COLOUR_BITS),
                            _mm256_srai_epi32(high, SWIFTLET_COLOUR_BITS));
}

// 16 pixels of y = luma - zero, a, b.
AVX2_INLINE void convert(__m256i y, __m256i a, __m256i b, const frame_constants *c,
                         uint8_t *output) {
  const __m256i half = _mm256_set1_epi32(1 << (SWIFTLET_COLOUR_BITS - 1));
  const __m256i one = _mm256_set1_epi16(1), zero = _mm256_setzero_si256();
  __m256i ya[2] = {_mm256_unpacklo_epi16(y, a), _mm256_unpackhi_epi16(y, a)};
  __m256i yb[2] = {_mm256_unpacklo_epi16(y, b), _mm256_unpackhi_epi16(y, b)};
  __m256i b1[2] = {_mm256_unpacklo_epi16(b, one), _mm256_unpackhi_epi16(b, one)};
  __m256i sums[3][2];
  SWIFTLET_UNROLL
  for (int i = 0; i < 2; i++) {
    sums[0][i] = _mm256_add_epi32(_mm256_madd_epi16(ya[i], c->luma_first), half);
    // The last factor is one half.
    sums[1][i] = _mm256_add_epi32(_mm256_madd_epi16(ya[i], c->green_first),
                                  _mm256_madd_epi16(b1[i], c->green_second));
    sums[2][i] = _mm256_add_epi32(_mm256_madd_epi16(yb[i], c->luma_second), half);
  }
  __m256i words[3];
  SWIFTLET_UNROLL
  for (int i = 0; i < 3; i++) words[i] = colour_words(sums[i][0], sums[i][1]);
  __m256i outer = _mm256_packus_epi16(words[0], words[2]);
  __m256i inner = _mm256_packus_epi16(words[1], zero);
  __m256i front = _mm256_unpacklo_epi8(outer, inner), back = _mm256_unpackhi_epi8(outer, inner);
  __m256i low = _mm256_unpacklo_epi16(front, back), high = _mm256_unpackhi_epi16(front, back);
  _mm256_storeu_si256((__m256i *)output, _mm256_permute2x128_si256(low, high, 0x20));
  _mm256_storeu_si256((__m256i *)(output + 32), _mm256_permute2x128_si256(low, high, 0x31));
}

AVX2_INLINE __m256i eight_twice(const uint8_t *bytes) {
  return _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)bytes));
}

AVX2 void frame_row_u8_1x16__avx2(const swiftlet_frame_row *row, uint8_t *output, size_t count) {
  frame_constants c = {.zero = _mm256_set1_epi16(row->luma_zero),
                       .luma_first = pair(row->luma_weight, row->weights[0]),
                       .luma_second = pair(row->luma_weight, row->weights[3]),
                       .green_first = pair(row->luma_weight, row->weights[1]),
                       .green_second = pair(row->weights[2], 1 << (SWIFTLET_COLOUR_BITS - 1))};
  const __m256i middle = _mm256_set1_epi16(128);
  const uint8_t *base = row->luma < row->first ? row->luma : row->first;
  if (row->luma_step == 2 && row->second < base) base = row->second;
  const uint8_t *chroma = row->first < row->second ? row->first : row->second;
  const int is_packed = row->luma_step == 2, is_semiplanar = !is_packed && row->chroma_step == 2;
  if (is_packed) {
    c.luma = word_shuffle((int)(row->luma - base), 2, 0, 0);
    c.first = word_shuffle((int)(row->first - base), 4, 1, 0);
    c.second = word_shuffle((int)(row->second - base), 4, 1, 0);
  } else if (is_semiplanar) {
    c.first = word_shuffle((int)(row->first - chroma), 2, 1, 8);
    c.second = word_shuffle((int)(row->second - chroma), 2, 1, 8);
  } else {
    c.first = word_shuffle(0, 1, 1, 4);
  }
  size_t x = 0;
  for (; x + 16 <= count; x += 16) {
    __m256i y, a, b;
    if (is_packed) {
      __m256i bytes = avx2_load(base + 2 * x);
      y = _mm256_shuffle_epi8(bytes, c.luma);
      a = _mm256_shuffle_epi8(bytes, c.first);
      b = _mm256_shuffle_epi8(bytes, c.second);
    } else {
      y = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row->luma + x)));
      if (is_semiplanar) {
        __m256i bytes =
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(chroma + x)));
        a = _mm256_shuffle_epi8(bytes, c.first);
        b = _mm256_shuffle_epi8(bytes, c.second);
      } else if (row->chroma_shift == 1) {
        a = _mm256_shuffle_epi8(eight_twice(row->first + x / 2), c.first);
        b = _mm256_shuffle_epi8(eight_twice(row->second + x / 2), c.first);
      } else {
        a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row->first + x)));
        b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row->second + x)));
      }
    }
    convert(_mm256_sub_epi16(y, c.zero), _mm256_sub_epi16(a, middle),
            _mm256_sub_epi16(b, middle), &c, output + 4 * x);
  }
  swiftlet_frame_pixels(row, output, x, count);
}
#endif
