// SPDX-License-Identifier: Apache-2.0
//
// The few libc declarations that the runtime needs, so that the same Swift source builds with and
// without the Swift runtime library (Embedded Swift has no Glibc module).
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// open() is variadic and errno is a macro: Swift sees neither.
static inline int swiftlet_open_read_only(const char *_Nonnull path) {
  return open(path, O_RDONLY | O_CLOEXEC);
}
static inline int swiftlet_errno(void) { return errno; }

static inline uint64_t swiftlet_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
