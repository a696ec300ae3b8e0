// SPDX-License-Identifier: Apache-2.0
//
// Numbers modulo 2^255 - 19, by fiat-crypto's formally verified arithmetic.
//
// Every value here keeps fiat's tight bounds: sums and differences are carried at once, so that
// each may be an operand of each function.
#pragma once
#include <stdint.h>

// Ten limbs of 26 and 25 bits, or five of 51 where the compiler has 128-bit products.
typedef struct {
#if defined(__SIZEOF_INT128__)
  uint64_t limbs[5];
#else
  uint32_t limbs[10];
#endif
} swiftlet_field;

// 0 where the package was built without fiat-crypto's header; the functions below then end the
// program. Builds for a board demand the header.
int swiftlet_field_is_available(void);

// 32 bytes, little-endian; the highest bit is ignored.
swiftlet_field swiftlet_field_from_bytes(const uint8_t *_Nonnull bytes);
// The representative below 2^255 - 19.
void swiftlet_field_to_bytes(uint8_t *_Nonnull bytes, swiftlet_field value);
swiftlet_field swiftlet_field_add(swiftlet_field lhs, swiftlet_field rhs);
swiftlet_field swiftlet_field_subtract(swiftlet_field lhs, swiftlet_field rhs);
swiftlet_field swiftlet_field_multiply(swiftlet_field lhs, swiftlet_field rhs);
