// SPDX-License-Identifier: Apache-2.0
#include "depthwise_quads_layout.h"

// The tap in a slot of a weight vector, as a row and a column; none if the row is not in the
// kernel.
static size_t tap_row(depthwise_shape s, size_t vector, size_t slot, size_t *column) {
  size_t rows = (size_t)rows_together(s), r;
  if (vector < rows * s.kernel) {
    r = vector % rows;
    *column = vector / rows;
    return top_of(s) + slot - r;  // wraps above the kernel
  }
  r = (vector - rows * s.kernel) / 2;
  *column = (vector - rows * s.kernel) % 2 * 4 + slot;
  return *column < s.kernel ? single_row(s, r) - r : s.kernel;
}

size_t depthwise_quads_packed_byte_count(const swiftlet_depthwise *d) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  return depthwise_pairs(d) * depthwise_pair_bytes(vectors_of(s));
}

void depthwise_quads_pack(const swiftlet_depthwise *d, void *packed) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  const size_t vectors = vectors_of(s);
  for (size_t pair = 0; pair < depthwise_pairs(d); pair++) {
    uint8_t *to = (uint8_t *)packed + pair * depthwise_pair_bytes(vectors);
    depthwise_pack_constants(d, pair, (depthwise_constants *)to);
    int8_t *weights = (int8_t *)to + sizeof(depthwise_constants);
    for (size_t i = 0; i < DEPTHWISE_GROUPS * vectors * 32; i++) {
      size_t group = i / 32 / vectors, vector = i / 32 % vectors, column;
      size_t row = tap_row(s, vector, i % 4, &column);
      size_t channel = depthwise_channel(d, pair, group, i % 32 / 4);
      weights[i] = row < s.kernel ? depthwise_weight(d, channel, row * s.kernel + column) : 0;
    }
  }
}

size_t depthwise_quads_scratch_byte_count(const swiftlet_depthwise *d) {
  return depthwise_columns(d) * DEPTHWISE_COLUMN * (d->kernel_height == 5 ? 3 : 1);
}
