// SPDX-License-Identifier: Apache-2.0
#include "depthwise_quads_layout.h"

#include <string.h>

size_t depthwise_quads_packed_byte_count(const swiftlet_depthwise *d) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  return depthwise_pairs(d) * depthwise_pair_bytes(vectors_of(s));
}

// The most weight vectors of a group: of 5x5 with stride 1.
#define VECTORS_MAX 14

// Where a slot's weight lies behind the one of tap 0, or NO_TAP.
#define NO_TAP SIZE_MAX
typedef size_t slot_offsets[VECTORS_MAX][SWIFTLET_GROUP];

static void find_slots(depthwise_shape s, slot_offsets offsets) {
  for (size_t vector = 0; vector < vectors_of(s); vector++) {
    for (size_t slot = 0; slot < SWIFTLET_GROUP; slot++) {
      size_t column, row = tap_row(s, vector, slot, &column);
      offsets[vector][slot] =
          row < s.kernel ? (row * s.kernel + column) * SWIFTLET_BLOCK : NO_TAP;
    }
  }
}

// Writes one lane of every vector of a group: the weights of one channel; `stride` bytes lie between
// two vectors.
static void pack_channel(const swiftlet_depthwise *d, const slot_offsets offsets, size_t vectors,
                         size_t channel, int8_t *to, size_t stride) {
  if (channel >= d->channels) return;
  const size_t taps = d->kernel_height * d->kernel_width;
  const int8_t *from = d->weights + channel / SWIFTLET_BLOCK * taps * SWIFTLET_BLOCK +
                       channel % SWIFTLET_BLOCK;
  for (size_t vector = 0; vector < vectors; vector++, to += stride) {
    for (size_t slot = 0; slot < SWIFTLET_GROUP; slot++) {
      if (offsets[vector][slot] != NO_TAP) to[slot] = from[offsets[vector][slot]];
    }
  }
}

// Weights as [group / together][vector][group % together][8][4].
static void pack(const swiftlet_depthwise *d, void *packed, size_t together) {
  depthwise_shape s = {d->kernel_height, d->stride_y};
  const size_t vectors = vectors_of(s);
  slot_offsets offsets;
  find_slots(s, offsets);
  memset(packed, 0, depthwise_quads_packed_byte_count(d));
  for (size_t pair = 0; pair < depthwise_pairs(d); pair++) {
    uint8_t *to = (uint8_t *)packed + pair * depthwise_pair_bytes(vectors);
    depthwise_pack_constants(d, pair, (depthwise_constants *)to);
    int8_t *weights = (int8_t *)to + sizeof(depthwise_constants);
    for (size_t group = 0; group < DEPTHWISE_GROUPS; group++) {
      int8_t *first = weights + (group / together * together * vectors + group % together) * 32;
      for (size_t lane = 0; lane < 8; lane++) {
        pack_channel(d, offsets, vectors, depthwise_channel(d, pair, group, lane),
                     first + lane * SWIFTLET_GROUP, together * 32);
      }
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
