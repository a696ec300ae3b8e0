// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

// The larger of the sum of the positive and the sum of the magnitudes of the negative weights.
typedef struct {
  int32_t positive, negative;
} same_sign_sums;

static void add_weight(same_sign_sums *sums, int32_t weight) {
  if (weight > 0)
    sums->positive += weight;
  else
    sums->negative -= weight;
}

static int exceeds(same_sign_sums sums, int32_t bound) {
  return sums.positive > bound || sums.negative > bound;
}

swiftlet_proof swiftlet_prove_block(const int8_t *weights, size_t byte_count,
                                    int32_t input_upper) {
  const size_t row = SWIFTLET_BLOCK * SWIFTLET_GROUP;
  int32_t bound = INT16_MAX / input_upper;
  swiftlet_proof proof = SWIFTLET_PROOF_QUAD;
  // Bytes (0, 1) and (2, 3) of a channel's group lie at the even offsets of a row.
  for (size_t begin = 0; begin < byte_count; begin += 2 * row) {
    for (size_t pair = 0; pair < row; pair += 2) {
      same_sign_sums quad = {0, 0};
      for (size_t group = begin; group < begin + 2 * row && group < byte_count; group += row) {
        same_sign_sums sums = {0, 0};
        for (size_t i = 0; i < 2; i++) {
          add_weight(&sums, weights[group + pair + i]);
          add_weight(&quad, weights[group + pair + i]);
        }
        if (exceeds(sums, bound)) return SWIFTLET_PROOF_NONE;
      }
      if (exceeds(quad, bound)) proof = SWIFTLET_PROOF_PAIR;
    }
  }
  return proof;
}
