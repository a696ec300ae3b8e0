// SPDX-License-Identifier: Apache-2.0
//
// Times every kernel of the list on the shapes that matter, on one thread, and prints a table for
// each operator. Rounds are interleaved over all cases, and the minimum counts, so that a busy
// machine disturbs all cases alike.
//   bench-kernels [--rounds N] [--kernel SUBSTRING] [--shape SUBSTRING]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

static bench_case cases[4096];
static size_t case_count;
static const char *wanted_shape = "", *wanted_kernel = "";

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void *bench_memory(size_t byte_count) {
  size_t rounded = (byte_count + 2 * SWIFTLET_SLACK + 63) / 64 * 64;
  void *memory = aligned_alloc(64, rounded);
  if (!memory) {
    fprintf(stderr, "bench-kernels: no memory for %zu bytes\n", rounded);
    exit(1);
  }
  return memset(memory, 0, rounded);
}

uint32_t bench_random(uint32_t bound) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33) % bound;
}

swiftlet_requantization bench_requantization(size_t channels, double spread) {
  size_t padded = (channels + 15) / 16 * 16;
  int32_t *bias = bench_memory(padded * sizeof *bias);
  float *multiplier = bench_memory(padded * sizeof *multiplier);
  for (size_t n = 0; n < channels; n++) {
    bias[n] = (int32_t)bench_random(2000) - 1000;
    multiplier[n] = (float)(64 / spread);
  }
  return (swiftlet_requantization){bias, multiplier, 60, 0, 127};
}

void bench_add(const char *shape, const char *kernel, double macs, void (*run)(const void *state),
               const void *state) {
  if (!strstr(shape, wanted_shape) || !strstr(kernel, wanted_kernel)) return;
  if (case_count == sizeof cases / sizeof *cases) return;
  cases[case_count++] = (bench_case){shape, kernel, macs, 1e9, run, state};
}

static void run_round(void) {
  for (size_t i = 0; i < case_count; i++) {
    // One run to warm the caches, then at least 20 microseconds a sample.
    cases[i].run(cases[i].state);
    double start = seconds(), spent;
    int runs = 0;
    do {
      cases[i].run(cases[i].state);
      runs++;
      spent = seconds() - start;
    } while (spent < 20e-6);
    if (spent / runs < cases[i].best_seconds) cases[i].best_seconds = spent / runs;
  }
}

// Cases of one operator stand together: a line a shape, a column a kernel.
static void print_tables(void) {
  printf("%-34s %-40s %10s %10s\n", "shape", "kernel", "GMAC/s", "us");
  for (size_t i = 0; i < case_count; i++) {
    int is_first = i == 0 || strcmp(cases[i].shape, cases[i - 1].shape) != 0;
    printf("%-34s %-40s %10.1f %10.1f\n", is_first ? cases[i].shape : "", cases[i].kernel,
           cases[i].macs / cases[i].best_seconds * 1e-9, cases[i].best_seconds * 1e6);
  }
}

static int by_shape(const void *a, const void *b) {
  const bench_case *lhs = a, *rhs = b;
  if (lhs->shape == rhs->shape) return strcmp(lhs->kernel, rhs->kernel);
  return lhs->shape < rhs->shape ? -1 : 1;
}

int main(int argc, char **argv) {
  int rounds = 40;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!strcmp(argv[i], "--rounds")) rounds = atoi(argv[i + 1]);
    if (!strcmp(argv[i], "--kernel")) wanted_kernel = argv[i + 1];
    if (!strcmp(argv[i], "--shape")) wanted_shape = argv[i + 1];
  }
  size_t count;
  const swiftlet_kernel *kernels = swiftlet_kernels(&count);
  for (size_t i = 0; i < count; i++) {
    if (!swiftlet_isa_is_supported(kernels[i].isa)) {
      printf("skipped, not supported by this machine: %s\n", kernels[i].name);
      continue;
    }
    if (kernels[i].convolution) bench_convolutions(&kernels[i]);
    if (kernels[i].depthwise) bench_depthwise(&kernels[i]);
    if (kernels[i].add || kernels[i].pool) bench_elementwise(&kernels[i]);
  }
  for (int round = 0; round < rounds; round++) run_round();
  qsort(cases, case_count, sizeof *cases, by_shape);
  print_tables();
  return 0;
}
