// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

#include <string.h>

// One row holds a group of four inputs of sixteen channels: 32 pairs of weights.
#define PAIRS (SWIFTLET_BLOCK * SWIFTLET_GROUP / 2)

// For each pair of a row: the sum of its positive and the sum of its negative weights.
typedef struct {
  int16_t positive[PAIRS], negative[PAIRS];
} row_sums;

SWIFTLET_INLINE int16_t larger(int16_t a, int16_t b) { return a > b ? a : b; }
SWIFTLET_INLINE int16_t smaller(int16_t a, int16_t b) { return a < b ? a : b; }

// No branches and 16-bit lanes throughout, so that the compiler makes vectors of it.
SWIFTLET_INLINE void sum_row(const int8_t *weights, row_sums *sums) {
  uint16_t pairs[PAIRS];
  memcpy(pairs, weights, sizeof pairs);
  for (size_t i = 0; i < PAIRS; i++) {
    // Which of the two is first in memory does not matter to a sum.
    int16_t one = (int16_t)((int16_t)(uint16_t)(pairs[i] << 8) >> 8);
    int16_t other = (int16_t)((int16_t)pairs[i] >> 8);
    sums->positive[i] = (int16_t)(larger(one, 0) + larger(other, 0));
    sums->negative[i] = (int16_t)(smaller(one, 0) + smaller(other, 0));
  }
}

// Widens the extremes by the sums of a row, or of two rows together.
SWIFTLET_INLINE void widen(row_sums *extremes, const row_sums *a, const row_sums *b) {
  for (size_t i = 0; i < PAIRS; i++) {
    extremes->positive[i] =
        larger(extremes->positive[i], (int16_t)(a->positive[i] + b->positive[i]));
    extremes->negative[i] =
        smaller(extremes->negative[i], (int16_t)(a->negative[i] + b->negative[i]));
  }
}

static int within(const row_sums *extremes, int32_t bound) {
  int16_t highest = 0, lowest = 0;
  for (size_t i = 0; i < PAIRS; i++) {
    highest = larger(highest, extremes->positive[i]);
    lowest = smaller(lowest, extremes->negative[i]);
  }
  return highest <= bound && -lowest <= bound;
}

swiftlet_proof swiftlet_prove_block(const int8_t *weights, size_t byte_count,
                                    int32_t input_upper) {
  const size_t row = SWIFTLET_BLOCK * SWIFTLET_GROUP;
  const row_sums nothing = {{0}, {0}};
  row_sums pair = nothing, quad = nothing, first, second;
  for (size_t at = 0; at + row <= byte_count; at += 2 * row) {
    sum_row(weights + at, &first);
    second = nothing;
    if (at + 2 * row <= byte_count) sum_row(weights + at + row, &second);
    widen(&pair, &first, &nothing);
    widen(&pair, &second, &nothing);
    widen(&quad, &first, &second);
  }
  int32_t bound = INT16_MAX / input_upper;
  if (!within(&pair, bound)) return SWIFTLET_PROOF_NONE;
  return within(&quad, bound) ? SWIFTLET_PROOF_QUAD : SWIFTLET_PROOF_PAIR;
}
