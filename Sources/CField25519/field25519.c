// SPDX-License-Identifier: Apache-2.0
//
// fiat-crypto's header lies among the sources of swift-crypto: nothing of it is copied here.
#include "swiftlet_field25519.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SIZEOF_INT128__) && __has_include("curve25519_64.h")
#include "curve25519_64.h"
#define SWIFTLET_FIELD 1
#elif !defined(__SIZEOF_INT128__) && __has_include("curve25519_32.h")
#include "curve25519_32.h"
#define SWIFTLET_FIELD 1
#elif defined(SWIFTLET_REQUIRE_FIELD)
#error "no fiat-crypto: run 'swift package resolve', which fetches swift-crypto"
#endif

#ifdef SWIFTLET_FIELD

int swiftlet_field_is_available(void) { return 1; }

swiftlet_field swiftlet_field_from_bytes(const uint8_t *bytes) {
  uint8_t masked[32];
  memcpy(masked, bytes, sizeof masked);
  masked[31] &= 0x7F;
  swiftlet_field value;
  fiat_25519_from_bytes(value.limbs, masked);
  return value;
}

void swiftlet_field_to_bytes(uint8_t *bytes, swiftlet_field value) {
  fiat_25519_to_bytes(bytes, value.limbs);
}

swiftlet_field swiftlet_field_add(swiftlet_field lhs, swiftlet_field rhs) {
  swiftlet_field loose, sum;
  fiat_25519_add(loose.limbs, lhs.limbs, rhs.limbs);
  fiat_25519_carry(sum.limbs, loose.limbs);
  return sum;
}

swiftlet_field swiftlet_field_subtract(swiftlet_field lhs, swiftlet_field rhs) {
  swiftlet_field loose, difference;
  fiat_25519_sub(loose.limbs, lhs.limbs, rhs.limbs);
  fiat_25519_carry(difference.limbs, loose.limbs);
  return difference;
}

swiftlet_field swiftlet_field_multiply(swiftlet_field lhs, swiftlet_field rhs) {
  swiftlet_field product;
  // Tight bounds are within the loose ones that it takes.
  fiat_25519_carry_mul(product.limbs, lhs.limbs, rhs.limbs);
  return product;
}

#else

int swiftlet_field_is_available(void) { return 0; }
swiftlet_field swiftlet_field_from_bytes(const uint8_t *bytes) {
  (void)bytes;
  abort();
}
void swiftlet_field_to_bytes(uint8_t *bytes, swiftlet_field value) {
  (void)bytes;
  (void)value;
  abort();
}
swiftlet_field swiftlet_field_add(swiftlet_field lhs, swiftlet_field rhs) {
  (void)lhs;
  (void)rhs;
  abort();
}
swiftlet_field swiftlet_field_subtract(swiftlet_field lhs, swiftlet_field rhs) {
  return swiftlet_field_add(lhs, rhs);
}
swiftlet_field swiftlet_field_multiply(swiftlet_field lhs, swiftlet_field rhs) {
  return swiftlet_field_add(lhs, rhs);
}

#endif
