// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

void swiftlet_centre_bias(swiftlet_input input, const int8_t *weights, size_t byte_count,
                          const int32_t *bias, int32_t *centred) {
  // Modulo 2^32, as the accumulators are: only their last value is known to fit.
  const uint32_t centres[2] = {128, input == SWIFTLET_INPUT_S8_ALTERNATING ? 127 : 128};
  const size_t row = SWIFTLET_BLOCK * SWIFTLET_GROUP;
  uint32_t sums[SWIFTLET_BLOCK] = {0};
  for (size_t i = 0; i < byte_count; i++)
    sums[i % row / SWIFTLET_GROUP] += centres[i / row % 2] * (uint32_t)weights[i];
  for (size_t n = 0; n < SWIFTLET_BLOCK; n++) centred[n] = (int32_t)((uint32_t)bias[n] + sums[n]);
}
