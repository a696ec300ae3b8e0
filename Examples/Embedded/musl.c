// SPDX-License-Identifier: Apache-2.0
// What libraries that were built for glibc call, in the words of musl: its checked functions, and
// random bytes. swiftlet-run --libc musl alone links it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...) {
  (void)flag;
  va_list list;
  va_start(list, format);
  int count = vsnprintf(text, size < room ? size : room, format, list);
  va_end(list);
  return count;
}
int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
  (void)flag;
  va_list list;
  va_start(list, format);
  int count = vfprintf(file, format, list);
  va_end(list);
  return count;
}
_Noreturn void __longjmp_chk(jmp_buf place, int value) { longjmp(place, value); }
int mallopt(int what, int value) { (void)what; (void)value; return 1; }
void arc4random_buf(void *bytes, size_t count) {
  unsigned char *place = bytes;
  while (count > 0) {
    ssize_t got = getrandom(place, count, 0);
    if (got <= 0) continue;
    place += got;
    count -= (size_t)got;
  }
}
