// SPDX-License-Identifier: Apache-2.0
// What the fuzzers call of libFuzzer and of AddressSanitizer.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Changes `count` bytes in place, to at most `limit` of them; returns how many there are then.
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t limit);

// Bytes that the program has allocated and not freed.
size_t __sanitizer_get_current_allocated_bytes(void);
