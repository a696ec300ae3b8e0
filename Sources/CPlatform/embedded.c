// SPDX-License-Identifier: Apache-2.0
//
// What Embedded Swift's standard library leaves to the program.
#ifdef SWIFTLET_STATIC
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Double.init?(String) calls it: the end of the number, or null where there is none. It reads decimal
// numbers whose digits fit 53 bits and whose power of ten is exact, 10^-22...10^22: one operation then
// rounds correctly (Clinger, "How to Read Floating Point Numbers Accurately", 1990). Options need no
// more, and the C library's strtod() would bring its locales.
const char *_swift_stdlib_strtod_clocale(const char *text, double *result);
const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
  const bool is_negative = *text == '-';
  if (*text == '-' || *text == '+') text++;
  uint64_t digits = 0;
  int exponent = 0, count = 0;
  bool has_point = false;
  for (; (*text >= '0' && *text <= '9') || (*text == '.' && !has_point); text++) {
    if (*text == '.') {
      has_point = true;
      continue;
    }
    digits = digits * 10 + (uint64_t)(*text - '0');
    if (digits > (1ull << 53)) return NULL;
    exponent -= has_point;
    count++;
  }
  if (count == 0) return NULL;
  if (*text == 'e' || *text == 'E') {
    const int sign = *++text == '-' ? -1 : 1;
    if (*text == '-' || *text == '+') text++;
    if (*text < '0' || *text > '9') return NULL;
    int power = 0;
    for (; *text >= '0' && *text <= '9'; text++) power = power > 99 ? power : power * 10 + *text - '0';
    exponent += sign * power;
  }
  if (exponent < -22 || exponent > 22) return NULL;
  double power = 1;
  for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--) power *= 10;
  const double number = exponent < 0 ? (double)digits / power : (double)digits * power;
  *result = is_negative ? -number : number;
  return text;
}

// Its tables of Unicode are large and nearly unused: without them, texts are equal where their bytes
// are, only ASCII letters have two cases, and every scalar is a character of its own.
uint16_t _swift_stdlib_getNormData(uint32_t scalar);
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar);
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second);
uint8_t _swift_stdlib_getGraphemeBreakProperty(uint32_t scalar);
bool _swift_stdlib_isExtendedPictographic(uint32_t scalar);
bool _swift_stdlib_isInCB_Consonant(uint32_t scalar);
int32_t _swift_stdlib_getMapping(uint32_t scalar, uint8_t mapping);
const uint8_t *_swift_stdlib_getSpecialMapping(
    uint32_t scalar, uint8_t mapping, ptrdiff_t *length);
extern const uint8_t *const _swift_stdlib_nfd_decompositions;

const uint8_t *const _swift_stdlib_nfd_decompositions = NULL;

// In normal form already.
uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
  (void)scalar;
  return 0;
}
uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) { return scalar; }
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
  (void)first;
  (void)second;
  return UINT32_MAX;
}
uint8_t _swift_stdlib_getGraphemeBreakProperty(uint32_t scalar) {
  (void)scalar;
  return UINT8_MAX;
}
bool _swift_stdlib_isExtendedPictographic(uint32_t scalar) {
  (void)scalar;
  return false;
}
bool _swift_stdlib_isInCB_Consonant(uint32_t scalar) {
  (void)scalar;
  return false;
}

// What is added to a scalar to change its case: 0 to upper, 1 to lower, 2 to title case.
int32_t _swift_stdlib_getMapping(uint32_t scalar, uint8_t mapping) {
  if (mapping == 1) return scalar >= 'A' && scalar <= 'Z' ? 'a' - 'A' : 0;
  return scalar >= 'a' && scalar <= 'z' ? 'A' - 'a' : 0;
}
const uint8_t *_swift_stdlib_getSpecialMapping(
    uint32_t scalar, uint8_t mapping, ptrdiff_t *length) {
  (void)scalar;
  (void)mapping;
  *length = 0;
  return NULL;
}
#else
// Ordinary Swift brings its own; a file of C must declare something.
typedef int swiftlet_embedded_unused;
#endif
