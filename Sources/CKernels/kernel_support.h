// SPDX-License-Identifier: Apache-2.0
//
// Shared by all kernels: the rules of rounding, and how a range of work is cut into tiles.
#pragma once
#include "swiftlet_kernels.h"

// No kernel may fuse a multiplication with an addition: all instruction sets give the same bytes.
#pragma STDC FP_CONTRACT OFF

#define SWIFTLET_INLINE static inline __attribute__((always_inline))
#define SWIFTLET_UNROLL _Pragma("clang loop unroll(full)")
#define SWIFTLET_ROLLED _Pragma("clang loop unroll(disable)")

SWIFTLET_INLINE size_t swiftlet_least(size_t a, size_t b) { return a < b ? a : b; }
SWIFTLET_INLINE size_t swiftlet_most(size_t a, size_t b) { return a > b ? a : b; }
