// SPDX-License-Identifier: Apache-2.0
//
// Three channels: a shuffle puts two taps of red, of green and of blue side by side; vpmaddwd sums
// them, high and low halves of the weights apart. One output pixel in each half of a register.
#include "pixel_support.h"

#if defined(__x86_64__)
#include "avx2_support.h"

AVX2_INLINE __m256i two_halves(const void *low, const void *high) {
  return _mm256_inserti128_si256(
      _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
      _mm_loadu_si128((const __m128i *)high), 1);
}

// sum = high * 2^11 + low, rounded half up and shifted down by 22.
AVX2_INLINE __m256i whole(__m256i high, __m256i low) {
  const __m256i half = _mm256_set1_epi32(1 << (SWIFTLET_RESIZE_BITS - 1));
  __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, SWIFTLET_RESIZE_LOW_BITS), low);
  return _mm256_srai_epi32(_mm256_add_epi32(sum, half), SWIFTLET_RESIZE_BITS);
}

// Where bytes of taps `tap` and `tap` + 1 of each channel go: a word each, the fourth channel zero.
AVX2_INLINE __m256i pair_shuffle(const swiftlet_resize_row *resize, int tap) {
  int8_t order[32];
  for (int i = 0; i < 16; i++) {
    int channel = i / 4, place = channel == 1 ? 1 : resize->first ^ channel;
    int is_used = i % 2 == 0 && channel < 3;
    order[i] = order[i + 16] =
        (int8_t)(is_used ? (tap + i % 4 / 2) * resize->step + place : -1);
  }
  return avx2_load(order);
}

// Two output pixels, four values each.
AVX2_INLINE __m256i two_pixels(const swiftlet_resize_row *resize, size_t i, const __m256i order[2]) {
  const size_t quads = resize->quads, step = resize->step;
  const uint8_t *first =
      resize->pixels + (size_t)(resize->taps[i].start - resize->origin) * step;
  const uint8_t *second =
      resize->pixels + (size_t)(resize->taps[i + 1].start - resize->origin) * step;
  const int16_t *weights = resize->weights + i * quads * 8;
  __m256i high = _mm256_setzero_si256(), low = high;
  for (size_t quad = 0; quad < quads; quad++) {
    __m256i w = two_halves(weights + quad * 8, weights + (quads + quad) * 8);
    __m256i bytes = two_halves(first + quad * 4 * step, second + quad * 4 * step);
    __m256i front = _mm256_shuffle_epi8(bytes, order[0]);
    __m256i back = _mm256_shuffle_epi8(bytes, order[1]);
    high = _mm256_add_epi32(high, _mm256_madd_epi16(front, _mm256_shuffle_epi32(w, 0x00)));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(front, _mm256_shuffle_epi32(w, 0xAA)));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(back, _mm256_shuffle_epi32(w, 0x55)));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(back, _mm256_shuffle_epi32(w, 0xFF)));
  }
  return whole(high, low);
}

// Eight output pixels: 24 bytes.
AVX2_INLINE void colours(const swiftlet_resize_row *resize, size_t i, const __m256i order[2],
                         uint8_t *output) {
  __m256i a = _mm256_packs_epi32(two_pixels(resize, i, order), two_pixels(resize, i + 2, order));
  __m256i b =
      _mm256_packs_epi32(two_pixels(resize, i + 4, order), two_pixels(resize, i + 6, order));
  // Pixels 0 2 4 6, 1 3 5 7; then in order, and without the fourth channel.
  __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(a, b),
                                              _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  const __m256i dense = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  bytes = _mm256_shuffle_epi8(bytes, dense);
  __m128i tail = _mm256_extracti128_si256(bytes, 1);
  _mm_storeu_si128((__m128i *)output, _mm256_castsi256_si128(bytes));
  _mm_storel_epi64((__m128i *)(output + 12), tail);
  int32_t last = _mm_extract_epi32(tail, 2);
  memcpy(output + 20, &last, sizeof last);
}

// One quad of taps of four grey pixels, in the order 0 2 1 3, as words.
AVX2_INLINE __m256i four_greys(const swiftlet_resize_row *resize, size_t i, size_t quad) {
  static const uint8_t order[4] = {0, 2, 1, 3};
  int32_t pixels[4];
  SWIFTLET_UNROLL
  for (int k = 0; k < 4; k++)
    memcpy(&pixels[k],
           resize->pixels + (size_t)(resize->taps[i + order[k]].start - resize->origin) + quad * 4,
           4);
  return _mm256_cvtepu8_epi16(_mm_setr_epi32(pixels[0], pixels[1], pixels[2], pixels[3]));
}

// Four values in the order 0 2 . . 1 3 . .
AVX2_INLINE __m256i grey_sums(const swiftlet_resize_row *resize, size_t i) {
  const size_t quads = resize->quads;
  const int16_t *weights = resize->weights + i * quads * 8;
  __m256i high = _mm256_setzero_si256(), low = high;
  for (size_t quad = 0; quad < quads; quad++) {
    const int16_t *own = weights + quad * 8;
    __m256i even = two_halves(own, own + quads * 8);
    __m256i odd = two_halves(own + 2 * quads * 8, own + 3 * quads * 8);
    __m256i words = four_greys(resize, i, quad);
    high = _mm256_add_epi32(high, _mm256_madd_epi16(words, _mm256_unpacklo_epi64(even, odd)));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(words, _mm256_unpackhi_epi64(even, odd)));
  }
  return whole(_mm256_hadd_epi32(high, high), _mm256_hadd_epi32(low, low));
}

AVX2_INLINE void greys(const swiftlet_resize_row *resize, size_t i, uint8_t *output) {
  __m256i words = _mm256_packs_epi32(grey_sums(resize, i), grey_sums(resize, i + 4));
  // Words 0 2 . . 4 6 . . and 1 3 . . 5 7 . .
  __m128i order = _mm_unpacklo_epi16(_mm256_castsi256_si128(words),
                                     _mm256_extracti128_si256(words, 1));
  __m128i rest = _mm_unpackhi_epi16(_mm256_castsi256_si128(words),
                                    _mm256_extracti128_si256(words, 1));
  order = _mm_unpacklo_epi64(order, rest);
  _mm_storel_epi64((__m128i *)output, _mm_packus_epi16(order, order));
}

AVX2 void resize_row_u8_1x8__avx2(const swiftlet_resize_row *resize, uint8_t *output,
                                  size_t count) {
  size_t i = 0;
  if (resize->step == 1) {
    const size_t whole_quads = swiftlet_whole_quads(resize, count, 4);
    for (; i + 8 <= whole_quads; i += 8) greys(resize, i, output + i);
  } else {
    const __m256i order[2] = {pair_shuffle(resize, 0), pair_shuffle(resize, 2)};
    const size_t whole_quads = swiftlet_whole_quads(resize, count, 16);
    for (; i + 8 <= whole_quads; i += 8) colours(resize, i, order, output + 3 * i);
  }
  swiftlet_resize_pixels(resize, output, i, count);
}
#endif
