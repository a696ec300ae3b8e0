// SPDX-License-Identifier: Apache-2.0
#include "depthwise_quads_layout.h"

size_t depthwise_quads_packed_byte_count(const swiftlet_depthwise *d) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  return depthwise_pairs(d) * depthwise_pair_bytes(vectors_of(s));
}

// Weights as [group / together][vector][group % together][32].
static void pack(const swiftlet_depthwise *d, void *packed, size_t together) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  const size_t vectors = vectors_of(s);
  for (size_t pair = 0; pair < depthwise_pairs(d); pair++) {
    uint8_t *to = (uint8_t *)packed + pair * depthwise_pair_bytes(vectors);
    depthwise_pack_constants(d, pair, (depthwise_constants *)to);
    int8_t *weights = (int8_t *)to + sizeof(depthwise_constants);
    for (size_t i = 0; i < DEPTHWISE_GROUPS * vectors * 32; i++) {
      size_t group = i / 32 / together / vectors * together + i / 32 % together;
      size_t vector = i / 32 / together % vectors;
      size_t channel = depthwise_channel(d, pair, group, i % 32 / 4);
      weights[i] = quad_weight(d, s, channel, vector, i % 4);
    }
  }
}

void depthwise_quads_pack(const swiftlet_depthwise *d, void *packed) { pack(d, packed, 1); }

size_t depthwise_quads_wide_packed_byte_count(const swiftlet_depthwise *d) {
  return depthwise_quads_packed_byte_count(d);
}

void depthwise_quads_wide_pack(const swiftlet_depthwise *d, void *packed) { pack(d, packed, 2); }

size_t depthwise_quads_scratch_byte_count(const swiftlet_depthwise *d) {
  return depthwise_columns(d) * DEPTHWISE_COLUMN * (d->kernel_height == 5 ? 3 : 1);
}

size_t depthwise_quads_wide_scratch_byte_count(const swiftlet_depthwise *d) {
  return depthwise_quads_scratch_byte_count(d);
}
