// SPDX-License-Identifier: Apache-2.0
//
// What Embedded Swift's standard library leaves to the program.
#ifdef SWIFTLET_STATIC
#include <stdlib.h>

// Double.init?(String) calls it: the end of the number, or null where there is none. A program that
// never calls setlocale() reads numbers as the C locale writes them.
const char *_swift_stdlib_strtod_clocale(const char *text, double *result);
const char *_swift_stdlib_strtod_clocale(const char *text, double *result) {
  if (*text == ' ' || (*text >= '\t' && *text <= '\r')) return NULL;
  char *end;
  *result = strtod(text, &end);
  return end == text ? NULL : end;
}
#else
// Ordinary Swift brings its own; a file of C must declare something.
typedef int swiftlet_embedded_unused;
#endif
