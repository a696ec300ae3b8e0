// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

enum { ROW = SWIFTLET_BLOCK * SWIFTLET_GROUP, PAIRS = ROW / 2 };

// For each pair of a row: the sum of its positive weights and that of the magnitudes of its
// negative ones.
typedef struct {
  int16_t positive[PAIRS], negative[PAIRS];
} pair_sums;

static inline int16_t larger(int16_t a, int16_t b) { return a > b ? a : b; }

// Bytes (0, 1) and (2, 3) of a channel's group lie at the even offsets of a row.
static inline void sum_pairs(pair_sums *sums, const int8_t *row) {
  for (size_t i = 0; i < PAIRS; i++) {
    int16_t first = row[2 * i], second = row[2 * i + 1];
    int16_t positive = (int16_t)(larger(first, 0) + larger(second, 0));
    sums->positive[i] = positive;
    sums->negative[i] = (int16_t)(positive - first - second);
  }
}

static inline void keep_largest(int16_t *largest, const pair_sums *sums) {
  for (size_t i = 0; i < PAIRS; i++)
    largest[i] = larger(largest[i], larger(sums->positive[i], sums->negative[i]));
}

static int any_exceeds(const int16_t *sums, int32_t bound) {
  int16_t largest = 0;
  for (size_t i = 0; i < PAIRS; i++) largest = larger(largest, sums[i]);
  return largest > bound;
}

// Sums of two weights are at most 256, those of four at most 512.
swiftlet_proof swiftlet_prove_block(const int8_t *weights, size_t byte_count,
                                    int32_t input_upper) {
  int32_t bound = INT16_MAX / input_upper;
  int16_t largest_pair[PAIRS] = {0}, largest_quad[PAIRS] = {0};
  for (size_t begin = 0; begin < byte_count; begin += 2 * ROW) {
    pair_sums sums, quad;
    sum_pairs(&quad, weights + begin);
    keep_largest(largest_pair, &quad);
    if (begin + ROW < byte_count) {
      sum_pairs(&sums, weights + begin + ROW);
      keep_largest(largest_pair, &sums);
      for (size_t i = 0; i < PAIRS; i++) {
        quad.positive[i] = (int16_t)(quad.positive[i] + sums.positive[i]);
        quad.negative[i] = (int16_t)(quad.negative[i] + sums.negative[i]);
      }
    }
    keep_largest(largest_quad, &quad);
  }
  if (any_exceeds(largest_pair, bound)) return SWIFTLET_PROOF_NONE;
  return any_exceeds(largest_quad, bound) ? SWIFTLET_PROOF_PAIR : SWIFTLET_PROOF_QUAD;
}
