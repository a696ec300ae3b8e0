// SPDX-License-Identifier: Apache-2.0
//
// For static programs with glibc. Its assertions and error messages would bring formatted output, wide
// streams, translations and character sets into a program that prints JSON by itself, some 200 kB. These functions take their place.
#if defined(SWIFTLET_STATIC)
#include <features.h>
#endif
#if defined(SWIFTLET_STATIC) && defined(__GLIBC__)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text) {
  const ssize_t count = write(STDERR_FILENO, text, strlen(text));
  (void)count;
}

// An assertion inside the C library.
_Noreturn void __assert_fail(
    const char *assertion, const char *file, unsigned line, const char *function);
_Noreturn void __assert_fail(
    const char *assertion, const char *file, unsigned line, const char *function) {
  (void)line;
  say(file);
  say(": ");
  say(function ? function : "");
  say(": assertion failed: ");
  say(assertion);
  say("\n");
  abort();
}

// Messages are not translated.
char *__dcgettext(const char *domain, const char *message, int category);
char *__dcgettext(const char *domain, const char *message, int category) {
  (void)domain;
  (void)category;
  return (char *)message;
}

// Messages of the C library and of libjpeg-turbo: their words are enough, numbers are left as they stand
// in the format.
static int put(char *to, size_t capacity, const char *format) {
  if (capacity == 0) return 0;
  const size_t count = strnlen(format, capacity - 1);
  memcpy(to, format, count);
  to[count] = 0;
  return (int)count;
}
int snprintf(char *to, size_t capacity, const char *format, ...) {
  return put(to, capacity, format);
}
int __snprintf(char *to, size_t capacity, const char *format, ...);
int __snprintf(char *to, size_t capacity, const char *format, ...) {
  return put(to, capacity, format);
}
int __snprintf_chk(
    char *to, size_t capacity, int flag, size_t size, const char *format, ...);
int __snprintf_chk(
    char *to, size_t capacity, int flag, size_t size, const char *format, ...) {
  (void)flag;
  (void)size;
  return put(to, capacity, format);
}
int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...);
int __sprintf_chk(char *to, int flag, size_t size, const char *format, ...) {
  (void)flag;
  return put(to, size, format);
}

// Nobody asks for statistics of the heap, and libjpeg-turbo's messages go to its caller.
int fprintf(FILE *stream, const char *format, ...) {
  (void)stream;
  (void)format;
  return 0;
}
int __fprintf_chk(FILE *stream, int flag, const char *format, ...);
int __fprintf_chk(FILE *stream, int flag, const char *format, ...) {
  (void)stream;
  (void)flag;
  (void)format;
  return 0;
}

// Character sets are not loaded: where their settings lie.
int asprintf(char **text, const char *format, ...);
int asprintf(char **text, const char *format, ...) {
  (void)text;
  (void)format;
  return -1;
}
int __asprintf(char **text, const char *format, ...);
int __asprintf(char **text, const char *format, ...) {
  (void)text;
  (void)format;
  return -1;
}

// No host is looked up: what a new thread gets for that.
extern __thread void *__libc_resp;
__thread void *__libc_resp;
#else
// A file of C must declare something.
typedef int swiftlet_lean_unused;
#endif
