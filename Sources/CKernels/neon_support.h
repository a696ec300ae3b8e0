// SPDX-License-Identifier: Apache-2.0
//
// NEON of 64-bit ARM, which every such processor has.
#pragma once
#include "kernel_support.h"

#include <arm_neon.h>
#include <string.h>

// Sums with 2^11 apart: high * 2^11 + low.
SWIFTLET_INLINE int32x4_t neon_whole(int32x4_t high, int32x4_t low) {
  return vaddq_s32(vshlq_n_s32(high, SWIFTLET_RESIZE_LOW_BITS), low);
}

// Eight sums of a resize to bytes: rounded half up, shifted down by 22, at most 255.
SWIFTLET_INLINE uint8x8_t neon_resize_bytes(int32x4_t front, int32x4_t back) {
  uint16x4_t low = vqmovun_s32(vrshrq_n_s32(front, SWIFTLET_RESIZE_BITS));
  uint16x4_t high = vqmovun_s32(vrshrq_n_s32(back, SWIFTLET_RESIZE_BITS));
  return vqmovn_u16(vcombine_u16(low, high));
}
