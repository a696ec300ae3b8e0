// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every function that takes a vector is inlined, so how one would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

// Sixteen floats: one register of AVX-512, two of AVX2, four of SSE and NEON.
typedef float v16 __attribute__((vector_size(64)));
typedef float v16_anywhere __attribute__((vector_size(64), aligned(4), may_alias));

typedef int i16 __attribute__((vector_size(64), may_alias));

#define LANES 16
#define INLINE __attribute__((always_inline)) static inline
#define LOAD(pointer) (*(const v16_anywhere *)(pointer))
#define STORE(pointer, value) (*(v16_anywhere *)(pointer) = (value))

// min(max(value, 0), limit)
INLINE v16 clipped(v16 value, float limit) {
  return __builtin_elementwise_min(
      __builtin_elementwise_max(value, (v16){0}), (v16){0} + limit);
}
