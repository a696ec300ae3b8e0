// SPDX-License-Identifier: Apache-2.0
//
// The module CPlatform of a chip without an operating system, in place of Sources/CPlatform: what
// Sources/Runtime needs of it. Files are linked into flash; there is one thread.
#pragma once
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

// MARK: files.S

struct swiftlet_file {
  const char *_Nonnull name;
  const uint8_t *_Nonnull begin;
  const uint8_t *_Nonnull end;
};
// Ended by a null name.
extern const struct swiftlet_file swiftlet_files[];

static inline size_t swiftlet_file_count(void) {
  size_t count = 0;
  while (swiftlet_files[count].name) count++;
  return count;
}
static inline const struct swiftlet_file *_Nonnull swiftlet_file_at(size_t index) {
  return &swiftlet_files[index];
}

// A file's descriptor is its index.
static inline int swiftlet_open_read_only(const char *_Nonnull path) {
  for (size_t index = 0; swiftlet_files[index].name; index++) {
    if (strcmp(swiftlet_files[index].name, path) == 0) return (int)index;
  }
  errno = ENOENT;
  return -1;
}
static inline int swiftlet_errno(void) { return errno; }
static inline int swiftlet_regular_file_size(int descriptor, int64_t *_Nonnull byte_count) {
  *byte_count = swiftlet_files[descriptor].end - swiftlet_files[descriptor].begin;
  return 0;
}
// Flash is memory already: the model is read where it lies.
static inline void *_Nullable swiftlet_map_read_only(int descriptor, size_t byte_count) {
  (void)byte_count;
  return (void *)(uintptr_t)swiftlet_files[descriptor].begin;
}
static inline int munmap(void *_Nonnull address, size_t byte_count) {
  (void)address;
  (void)byte_count;
  return 0;
}
static inline int close(int descriptor) {
  (void)descriptor;
  return 0;
}

// MARK: threads

// newlib has the types. A pool of one thread makes and frees these and never waits for them.
static inline int pthread_mutex_init(pthread_mutex_t *_Nonnull mutex, const void *_Nullable options) {
  (void)options;
  *mutex = 0;
  return 0;
}
static inline int pthread_mutex_lock(pthread_mutex_t *_Nonnull mutex) { return (int)(*mutex = 0); }
static inline int pthread_mutex_unlock(pthread_mutex_t *_Nonnull mutex) { return (int)(*mutex = 0); }
static inline int pthread_mutex_destroy(pthread_mutex_t *_Nonnull mutex) { return (int)(*mutex = 0); }
static inline int pthread_cond_init(pthread_cond_t *_Nonnull condition, const void *_Nullable options) {
  (void)options;
  *condition = 0;
  return 0;
}
static inline int pthread_cond_wait(
    pthread_cond_t *_Nonnull condition, pthread_mutex_t *_Nonnull mutex) {
  (void)condition;
  (void)mutex;
  abort();
}
static inline int pthread_cond_broadcast(pthread_cond_t *_Nonnull condition) {
  return (int)(*condition = 0);
}
static inline int pthread_cond_destroy(pthread_cond_t *_Nonnull condition) {
  return (int)(*condition = 0);
}
// The caller of more than one thread is told that there are none.
static inline int pthread_create(
    pthread_t *_Nonnull thread, const void *_Nullable options,
    void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable argument) {
  (void)thread;
  (void)options;
  (void)body;
  (void)argument;
  return ENOSYS;
}
static inline int pthread_join(pthread_t thread, void *_Nullable *_Nullable result) {
  (void)thread;
  (void)result;
  return ENOSYS;
}
static inline void swiftlet_pause(void) {}

// MARK: the chip, startup.c

// Since reset, from a clock of 25 MHz.
uint64_t swiftlet_nanoseconds(void);
// Through the debugger; standard output of an emulator.
int64_t swiftlet_write(int descriptor, const void *_Nullable bytes, size_t byte_count);
// The most that was ever in use, in bytes, and what there is.
size_t swiftlet_stack_peak(void);
size_t swiftlet_stack_byte_count(void);
size_t swiftlet_heap_peak(void);
size_t swiftlet_heap_byte_count(void);
