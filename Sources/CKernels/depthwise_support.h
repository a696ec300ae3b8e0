// SPDX-License-Identifier: Apache-2.0
//
// What all depthwise kernels share. Two neighbouring channel blocks, a pair, go together: the first
// fills the lower, the second the upper half of each vector. A vector holds four channels of each
// (a group), so that four vectors are the 32 channels of a pair. A last block without a second one
// fills both halves, and each half takes its part of the output columns.
#pragma once
#include "kernel_support.h"

#define DEPTHWISE_PAIR 32
#define DEPTHWISE_GROUPS 4
// Bytes of one column of a prepared plane: four groups.
#define DEPTHWISE_COLUMN 128

// One pair's constants, each as [group][half][4]; its weights follow, [group][vector][32 bytes].
typedef struct {
  int32_t bias[DEPTHWISE_PAIR];
  float multiplier[DEPTHWISE_PAIR];
} depthwise_constants;

// Where a row of the padded picture is read: column x at first + x * stride.
typedef struct {
  const uint8_t *first;
  size_t stride;
} depthwise_row;

// `outside`: DEPTHWISE_PAIR pad values, which rows above and below the picture consist of.
SWIFTLET_INLINE depthwise_row depthwise_padded_row(const swiftlet_depthwise *d, size_t padded_row,
                                                   size_t channel, const uint8_t *outside) {
  size_t row = padded_row - d->pad_top;  // wraps above the picture
  if (row >= d->input_height) return (depthwise_row){outside, 0};
  row &= d->input_ring - 1;  // all bits without a ring
  return (depthwise_row){d->input + row * d->input_width * d->channels + channel, d->channels};
}

// Columns of the padded picture that the output reads.
SWIFTLET_INLINE size_t depthwise_columns(const swiftlet_depthwise *d) {
  return d->output_width ? (d->output_width - 1) * d->stride_x + d->kernel_width : 0;
}

SWIFTLET_INLINE size_t depthwise_pairs(const swiftlet_depthwise *d) {
  return (d->channels + DEPTHWISE_PAIR - 1) / DEPTHWISE_PAIR;
}

SWIFTLET_INLINE size_t depthwise_pair_bytes(size_t vectors) {
  return sizeof(depthwise_constants) + DEPTHWISE_GROUPS * vectors * 32;
}

// Whether a pair is one block only.
SWIFTLET_INLINE int depthwise_is_single(const swiftlet_depthwise *d, size_t pair) {
  return d->channels <= pair * DEPTHWISE_PAIR + SWIFTLET_BLOCK;
}

// The channel that lane `lane` of group `group` of a pair holds; there may be none of that number.
SWIFTLET_INLINE size_t depthwise_channel(const swiftlet_depthwise *d, size_t pair, size_t group,
                                         size_t lane) {
  size_t half = depthwise_is_single(d, pair) ? 0 : lane / 4;
  return pair * DEPTHWISE_PAIR + half * SWIFTLET_BLOCK + group * 4 + lane % 4;
}

// Writes the constants of a pair; channels that do not exist get zeros.
SWIFTLET_INLINE void depthwise_pack_constants(const swiftlet_depthwise *d, size_t pair,
                                              depthwise_constants *constants) {
  for (size_t i = 0; i < DEPTHWISE_PAIR; i++) {
    size_t channel = depthwise_channel(d, pair, i / 8, i % 8);
    int exists = channel < d->channels;
    constants->bias[i] = exists ? d->requantization.bias[channel] : 0;
    constants->multiplier[i] = exists ? d->requantization.multiplier[channel] : 0;
  }
}

// The weight of a tap; zero for a channel that does not exist.
SWIFTLET_INLINE int8_t depthwise_weight(const swiftlet_depthwise *d, size_t channel, size_t tap) {
  size_t taps = d->kernel_height * d->kernel_width;
  if (channel >= d->channels) return 0;
  return d->weights[(channel / SWIFTLET_BLOCK * taps + tap) * SWIFTLET_BLOCK +
                    channel % SWIFTLET_BLOCK];
}
