// SPDX-License-Identifier: Apache-2.0
#include "allocation_counter.h"

#include <errno.h>
#include <stddef.h>

static _Thread_local uint64_t allocations;

uint64_t swiftlet_allocation_count(void) { return allocations; }

// The sanitizers bring an allocator of their own.
#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
extern void *__libc_malloc(size_t byte_count);
extern void *__libc_calloc(size_t count, size_t byte_count);
extern void *__libc_realloc(void *block, size_t byte_count);
extern void *__libc_memalign(size_t alignment, size_t byte_count);

void *malloc(size_t byte_count) {
  allocations++;
  return __libc_malloc(byte_count);
}

void *calloc(size_t count, size_t byte_count) {
  allocations++;
  return __libc_calloc(count, byte_count);
}

void *realloc(void *block, size_t byte_count) {
  allocations++;
  return __libc_realloc(block, byte_count);
}

void *aligned_alloc(size_t alignment, size_t byte_count) {
  allocations++;
  return __libc_memalign(alignment, byte_count);
}

int posix_memalign(void **block, size_t alignment, size_t byte_count) {
  allocations++;
  *block = __libc_memalign(alignment, byte_count);
  return *block == NULL ? ENOMEM : 0;
}
#endif
