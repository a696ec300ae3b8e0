// SPDX-License-Identifier: Apache-2.0
//
// AVX-VNNI: vpdpbusd in the registers of AVX2, for processors without AVX-512.
#pragma once
#include "kernel_support.h"

#include <immintrin.h>

#define AVXVNNI __attribute__((target("avx2,avxvnni")))
#define AVXVNNI_INLINE static inline __attribute__((always_inline, target("avx2,avxvnni")))
