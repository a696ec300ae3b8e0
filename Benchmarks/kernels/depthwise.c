// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

typedef struct {
  const char *title;
  size_t side, channels, kernel, stride, output_side, pad;
} shape;

static const shape shapes[] = {
    {"112x112x32 3x3 s1", 112, 32, 3, 1, 112, 1},  {"112x112x96 3x3 s2", 112, 96, 3, 2, 56, 0},
    {"56x56x144 3x3 s1", 56, 144, 3, 1, 56, 1},    {"56x56x144 5x5 s2", 56, 144, 5, 2, 28, 1},
    {"28x28x240 5x5 s1", 28, 240, 5, 1, 28, 2},    {"28x28x240 3x3 s2", 28, 240, 3, 2, 14, 0},
    {"14x14x480 3x3 s1", 14, 480, 3, 1, 14, 1},    {"14x14x480 5x5 s1", 14, 480, 5, 1, 14, 2},
    {"14x14x672 5x5 s1", 14, 672, 5, 1, 14, 2},    {"14x14x672 5x5 s2", 14, 672, 5, 2, 7, 1},
    {"7x7x1152 5x5 s1", 7, 1152, 5, 1, 7, 2},      {"7x7x1152 3x3 s1", 7, 1152, 3, 1, 7, 1},
};

typedef struct {
  swiftlet_depthwise depthwise;
  swiftlet_depthwise_kernel kernel;
  void *scratch;
} state;

// Input bytes of one call: the rows go by bands, as in the runtime.
#define BAND_BYTES (128 * 1024)

static void run(const void *of) {
  const state *s = of;
  const swiftlet_depthwise *d = &s->depthwise;
  size_t band = BAND_BYTES / (d->input_width * d->channels * d->stride_y) / 4 * 4;
  if (band < 4) band = 4;
  for (size_t row = 0; row < d->output_height; row += band) {
    size_t end = row + band < d->output_height ? row + band : d->output_height;
    s->kernel(d, row, end, 0, (d->channels + 15) / 16, s->scratch);
  }
}

static swiftlet_depthwise tensors(const shape *s) {
  swiftlet_depthwise d = {.input_height = s->side,
                          .input_width = s->side,
                          .output_height = s->output_side,
                          .output_width = s->output_side,
                          .channels = s->channels,
                          .kernel_height = s->kernel,
                          .kernel_width = s->kernel,
                          .stride_y = s->stride,
                          .stride_x = s->stride,
                          .pad_top = s->pad,
                          .pad_left = s->pad,
                          .pad_value = 60,
                          .input_upper = 127};
  size_t input_bytes = s->side * s->side * s->channels;
  uint8_t *input = bench_memory(input_bytes);
  for (size_t i = 0; i < input_bytes; i++) input[i] = (uint8_t)bench_random(128);
  size_t weight_bytes = (s->channels + 15) / 16 * 16 * s->kernel * s->kernel;
  int8_t *weights = bench_memory(weight_bytes);
  for (size_t i = 0; i < weight_bytes; i++) weights[i] = (int8_t)((int)bench_random(255) - 127);
  d.input = input;
  d.weights = weights;
  d.output = bench_memory(s->output_side * s->output_side * s->channels);
  d.requantization = bench_requantization(s->channels, 64 * 70 * (double)s->kernel);
  return d;
}

void bench_depthwise(const swiftlet_kernel *kernel) {
  enum { count = sizeof shapes / sizeof *shapes };
  static swiftlet_depthwise prepared[count];
  for (size_t i = 0; i < count; i++) {
    const shape *at = &shapes[i];
    if (kernel->kernel_height != 0 &&
        (kernel->kernel_height != at->kernel || kernel->stride != at->stride))
      continue;
    if (!prepared[i].input) prepared[i] = tensors(at);
    state *s = bench_memory(sizeof *s);
    *s = (state){prepared[i], kernel->depthwise, NULL};
    if (kernel->pack) {
      void *packed = bench_memory(kernel->packed_byte_count(&s->depthwise));
      kernel->pack(&s->depthwise, packed);
      s->depthwise.packed_weights = packed;
    }
    if (kernel->scratch_byte_count)
      s->scratch = bench_memory(kernel->scratch_byte_count(&s->depthwise));
    bench_add(at->title, kernel->name,
              (double)(at->output_side * at->output_side * at->channels * at->kernel * at->kernel),
              run, s);
  }
}
