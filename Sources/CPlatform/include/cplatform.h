// SPDX-License-Identifier: Apache-2.0
//
// The few libc declarations that the runtime needs, so that the same Swift source builds with and
// without the Swift runtime library (Embedded Swift has no Glibc module).
#pragma once
#include <errno.h>
#include <fcntl.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cplatform_convert.h"
#include "cplatform_device.h"
#include "cplatform_files.h"
#include "cplatform_service.h"
#include "cplatform_video.h"
#include "cplatform_watch.h"

// open() is variadic and errno is a macro: Swift sees neither.
static inline int swiftlet_open_read_only(const char *_Nonnull path) {
  return open(path, O_RDONLY | O_CLOEXEC);
}
static inline int swiftlet_errno(void) { return errno; }

// 0 and the size in bytes, or the errno that says why this is no readable regular file.
static inline int swiftlet_regular_file_size(int descriptor, int64_t *_Nonnull byte_count) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EINVAL;
  *byte_count = (int64_t)status.st_size;
  return 0;
}

// A private read-only mapping, or null with errno set. All of it is going to be read: mapped at once it
// costs no fault for every few pages.
static inline void *_Nullable swiftlet_map_read_only(int descriptor, size_t byte_count) {
  void *address =
      mmap(NULL, byte_count, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  return address == MAP_FAILED ? NULL : address;
}

// All threads share one heap: glibc else gives each one its own, and a board's memory is small.
static inline void swiftlet_share_heap(void) {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 1);
#endif
}

static inline uint64_t swiftlet_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Tells the processor that this is a spinning loop.
static inline void swiftlet_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

// write(), for programs without a standard library to print with.
static inline int64_t swiftlet_write(int descriptor, const void *_Nullable bytes, size_t count) {
  return (int64_t)write(descriptor, bytes, count);
}
