// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "swiftlet_kernels.h"

// One thing to time: a kernel on a shape.
typedef struct {
  const char *shape;     // the column's title
  const char *kernel;    // the row's title
  double macs;           // multiplications of one run
  double best_seconds;   // minimum over all rounds
  void (*run)(const void *state);
  const void *state;
} bench_case;

void bench_add(const char *shape, const char *kernel, double macs, void (*run)(const void *state),
               const void *state);

// Zeroed memory, aligned to 64 bytes, with slack behind it; ends the program if there is none.
void *bench_memory(size_t byte_count);
// A random number below `bound`, the same sequence in every run.
uint32_t bench_random(uint32_t bound);
// Bias, multipliers and clamps for `channels`.
swiftlet_requantization bench_requantization(size_t channels, double spread);

void bench_convolutions(const swiftlet_kernel *kernel);
void bench_depthwise(const swiftlet_kernel *kernel);
void bench_elementwise(const swiftlet_kernel *kernel);
