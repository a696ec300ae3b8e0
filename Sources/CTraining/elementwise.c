// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "vector.h"
#include "window.h"

// A function of its own: one that is compiled for several machines cannot pass vectors.
INLINE void clip(const float *x, size_t count, float limit, float *y) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) STORE(y + i, clipped(LOAD(x + i), limit));
  for (; i < count; i++) {
    const float positive = x[i] > 0 ? x[i] : 0;
    y[i] = positive < limit ? positive : limit;
  }
}

CLONES void swiftlet_clip_forward(const float *x, size_t count, float limit, float *y) {
  clip(x, count, limit, y);
}

CLONES void swiftlet_clip_backward(
    const float *dy, const float *y, size_t count, float limit, float *dx) {
  size_t i = 0;
  // Vectors by hand: dx may be dy, which the compiler does not know to be harmless.
  for (; i + LANES <= count; i += LANES) {
    const v16 value = LOAD(y + i);
    const i16 passes = (value > 0) & (value < limit);
    STORE(dx + i, (v16)((i16)LOAD(dy + i) & passes));
  }
  for (; i < count; i++) dx[i] = ((y[i] > 0) & (y[i] < limit)) ? dy[i] : 0;
}

CLONES void swiftlet_accumulate(float *to, const float *from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] += from[i];
}

CLONES void swiftlet_add(const float *a, const float *b, size_t count, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

CLONES void swiftlet_add_bias(float *y, size_t rows, size_t columns, const float *bias) {
  for (size_t row = 0; row < rows; row++) {
    float *to = y + row * columns;
    for (size_t c = 0; c < columns; c++) to[c] += bias[c];
  }
}

CLONES void swiftlet_add_bias_clip(
    float *y, size_t rows, size_t columns, const float *bias, float limit) {
  for (size_t row = 0; row < rows; row++) {
    float *to = y + row * columns;
    for (size_t c = 0; c < columns; c++) {
      const float sum = to[c] + bias[c];
      const float positive = sum > 0 ? sum : 0;
      to[c] = positive < limit ? positive : limit;
    }
  }
}

// The sum of the rows, `blocks` vectors at a time.
INLINE void sum_columns(
    const float *x, size_t rows, size_t columns, size_t c, int blocks, float *sums) {
  v16 acc[4] = {0};
  for (size_t row = 0; row < rows; row++) {
    for (int b = 0; b < blocks; b++) acc[b] += LOAD(x + row * columns + c + b * LANES);
  }
  for (int b = 0; b < blocks; b++) STORE(sums + c + b * LANES, LOAD(sums + c + b * LANES) + acc[b]);
}

CLONES void swiftlet_sum_rows(const float *x, size_t rows, size_t columns, float *sums) {
  // So few rows at a time that they stay in the cache.
  for (size_t first = 0; first < rows; first += 64) {
    const size_t some = rows - first < 64 ? rows - first : 64;
    const float *from = x + first * columns;
    size_t c = 0;
    for (; c + 4 * LANES <= columns; c += 4 * LANES) sum_columns(from, some, columns, c, 4, sums);
    for (; c + LANES <= columns; c += LANES) sum_columns(from, some, columns, c, 1, sums);
    for (; c < columns; c++) {
      float sum = 0;
      for (size_t row = 0; row < some; row++) sum += from[row * columns + c];
      sums[c] += sum;
    }
  }
}
