// SPDX-License-Identifier: Apache-2.0
//
// Counts the heap allocations of the calling thread, by standing in front of glibc's allocator.
#pragma once
#include <stdint.h>

uint64_t swiftlet_allocation_count(void);
