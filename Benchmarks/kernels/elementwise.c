// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

// Additions and pools; their GMAC/s are 10^9 input elements a second.
typedef struct {
  const swiftlet_kernel *kernel;
  swiftlet_add add;
  swiftlet_pool pool;
  const uint8_t *a, *b;
  uint8_t *output;
  size_t count;
} state;

static void run_add(const void *of) {
  const state *s = of;
  s->kernel->add(&s->add, s->a, s->b, s->output, s->count);
}

static void run_pool(const void *of) {
  const state *s = of;
  s->kernel->pool(&s->pool, 0, s->pool.output_height);
}

static uint8_t *random_bytes(size_t count) {
  uint8_t *bytes = bench_memory(count);
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)bench_random(128);
  return bytes;
}

static void add_pool(const swiftlet_kernel *kernel, const char *title, size_t side, size_t channels,
                     size_t window, size_t stride, size_t pad) {
  size_t out = (side + 2 * pad - window) / stride + 1;
  state *s = bench_memory(sizeof *s);
  s->kernel = kernel;
  s->pool = (swiftlet_pool){.input = random_bytes(side * side * channels),
                            .output = bench_memory(out * out * channels),
                            .input_height = side, .input_width = side,
                            .output_height = out, .output_width = out, .channels = channels,
                            .kernel_height = window, .kernel_width = window,
                            .stride_y = stride, .stride_x = stride,
                            .pad_top = pad, .pad_left = pad, .pad_bottom = pad, .pad_right = pad,
                            .input_zero = 3, .zero_point = 5, .upper = 127, .multiplier = 1.1f};
  bench_add(title, kernel->name, (double)(out * out * window * window * channels), run_pool, s);
}

void bench_elementwise(const swiftlet_kernel *kernel) {
  if (kernel->op == SWIFTLET_OPERATOR_ADD) {
    state *s = bench_memory(sizeof *s);
    s->kernel = kernel;
    s->count = 56 * 56 * 24;
    s->a = random_bytes(s->count);
    s->b = random_bytes(s->count);
    s->output = bench_memory(s->count);
    s->add = (swiftlet_add){3, 5, 7, 0, 127, 0.7f, 0.4f};
    bench_add("add 56x56x24", kernel->name, (double)s->count, run_add, s);
  }
  if (kernel->op == SWIFTLET_OPERATOR_AVERAGE_POOL) {
    add_pool(kernel, "average 7x7x1280 global", 7, 1280, 7, 1, 0);
    add_pool(kernel, "average 28x28x128 3x3 s2", 28, 128, 3, 2, 1);
  }
  if (kernel->op == SWIFTLET_OPERATOR_MAX_POOL)
    add_pool(kernel, "max 112x112x64 3x3 s2", 112, 64, 3, 2, 1);
}
