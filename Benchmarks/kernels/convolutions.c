// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "bench.h"

typedef struct {
  const char *title;
  size_t pixels, segments, k_groups, channels;
  size_t output_width;
  size_t column_stride, row_stride, segment_stride;  // 0: pointwise
  int is_float;
} shape;

#define POINTWISE(m, k, n) {#m " x " #k " x " #n, m, 1, (k + 7) / 8 * 2, n, m, k, 0, 0, 0}

static const shape shapes[] = {
    {"12544 x 27 x 32 stem", 12544, 3, 4, 32, 112, 6, 1350, 675, 0},
    POINTWISE(12544, 32, 16),
    POINTWISE(12544, 16, 96),
    POINTWISE(3136, 96, 24),
    POINTWISE(3136, 24, 144),
    POINTWISE(3136, 144, 24),
    POINTWISE(784, 144, 40),
    POINTWISE(784, 40, 240),
    POINTWISE(784, 240, 40),
    POINTWISE(196, 240, 80),
    POINTWISE(196, 80, 480),
    POINTWISE(196, 480, 80),
    POINTWISE(196, 480, 112),
    POINTWISE(196, 112, 672),
    POINTWISE(196, 672, 112),
    POINTWISE(49, 672, 192),
    POINTWISE(49, 192, 1152),
    POINTWISE(49, 1152, 192),
    POINTWISE(49, 1152, 320),
    POINTWISE(49, 320, 1280),
    {"1 x 1280 x 1000 float", 1, 1, 320, 1000, 1, 1280, 0, 0, 1},
    {"3136 x 576 x 64 3x3", 3136, 3, 48, 64, 56, 64, 58 * 64, 58 * 64, 0},
    {"49 x 4608 x 512 3x3", 49, 3, 384, 512, 7, 512, 9 * 512, 9 * 512, 0},
};

typedef struct {
  swiftlet_convolution convolution;
  swiftlet_convolution_kernel kernel;
  size_t pixels;
} state;

static void run(const void *of) {
  const state *s = of;
  s->kernel(&s->convolution, 0, s->pixels, 0, (s->convolution.output_channels + 15) / 16);
}

// All kernels of a shape work on the same tensors, as the layers of a network would.
static swiftlet_convolution tensors(const shape *s) {
  swiftlet_convolution c = {.segment_count = s->segments, .k_groups = s->k_groups};
  size_t rows = (s->pixels + s->output_width - 1) / s->output_width;
  size_t input_bytes = rows * (s->row_stride ? 2 * s->row_stride : 0) +
                       s->pixels * s->column_stride + s->segments * s->segment_stride;
  uint8_t *input = bench_memory(input_bytes + s->k_groups * 4);
  for (size_t i = 0; i < input_bytes; i++) input[i] = (uint8_t)bench_random(128);
  int32_t *offsets = bench_memory(s->segments * sizeof *offsets);
  for (size_t i = 0; i < s->segments; i++) offsets[i] = (int32_t)(i * s->segment_stride);
  size_t blocks = (s->channels + 15) / 16, k = s->segments * s->k_groups * 4;
  int8_t *weights = bench_memory(blocks * 16 * k);
  // No quad of these exceeds the bound of 258; the stem's segments hold nine inputs.
  int is_stem = s->segments == 3 && s->k_groups == 4;
  c.k_used = is_stem ? 3 : s->k_groups;
  for (size_t i = 0; i < blocks * 16 * k; i++)
    weights[i] = i / 64 % s->k_groups < c.k_used ? (int8_t)((int)bench_random(121) - 60) : 0;
  c.input = input;
  c.segment_offsets = offsets;
  c.weights = weights;
  c.output_width = s->output_width;
  c.column_stride = s->column_stride;
  c.row_stride = s->row_stride;
  c.output_channels = c.output_stride = s->channels;
  uint8_t *output = bench_memory(s->pixels * s->channels * (s->is_float ? 4 : 1));
  c.output = s->is_float ? NULL : output;
  c.output_float = s->is_float ? (float *)output : NULL;
  c.requantization = bench_requantization(s->channels, 64 * 35 * sqrt((double)k));
  return c;
}

void bench_convolutions(const swiftlet_kernel *kernel) {
  enum { count = sizeof shapes / sizeof *shapes };
  static swiftlet_convolution prepared[count];
  for (size_t i = 0; i < count; i++) {
    if (!prepared[i].input) prepared[i] = tensors(&shapes[i]);
    state *s = bench_memory(sizeof *s);
    *s = (state){prepared[i], kernel->convolution, shapes[i].pixels};
    double k = shapes[i].segments == 3 && shapes[i].k_groups == 4
                   ? 27
                   : (double)(shapes[i].segments * shapes[i].k_groups * 4);
    bench_add(shapes[i].title, kernel->name, (double)shapes[i].pixels * k * shapes[i].channels,
              run, s);
  }
}
