// SPDX-License-Identifier: Apache-2.0
//
// Checks the kernels of preprocessing against their plain C twins, without Swift, so that it runs
// under an emulator of another processor. The tests of target RuntimeTests check the same against
// the Swift references.
#include <stdio.h>
#include <stdlib.h>

#include "pixel_support.h"

#include <string.h>

static uint64_t state;

static uint32_t below(uint32_t bound) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33) % bound;
}

static uint8_t *random_bytes(size_t count) {
  uint8_t *bytes = malloc(count ? count : 1);
  int is_extreme = below(4) == 0;
  for (size_t i = 0; i < count; i++)
    bytes[i] = (uint8_t)(is_extreme ? below(2) * 255 : below(256));
  return bytes;
}

static int compare(const char *name, size_t count, const uint8_t *actual, const uint8_t *expected,
                   size_t byte_count) {
  if (memcmp(actual, expected, byte_count) == 0) return 0;
  printf("FAILED %s, count %zu\n", name, count);
  return 1;
}

// luma, first, second: steps, shift, and offsets of the two chroma samples.
static const struct {
  uint8_t luma_step, chroma_step, shift;
  int luma, first, second;
} layouts[] = {{2, 4, 1, 0, 1, 3}, {2, 4, 1, 0, 3, 1}, {2, 4, 1, 1, 0, 2}, {2, 4, 1, 1, 2, 0},
               {1, 2, 1, 0, 0, 1}, {1, 2, 1, 0, 1, 0}, {1, 1, 1, 0, 0, 0}, {1, 1, 0, 0, 0, 0}};

static int check_frame_row(const swiftlet_kernel *kernel) {
  int failures = 0;
  for (size_t count = 0; count < 70; count++)
    for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++) {
      size_t pairs = (count + 1) / 2;
      int is_packed = layouts[l].luma_step == 2, is_semiplanar = layouts[l].chroma_step == 2;
      uint8_t *a = random_bytes(is_packed ? 4 * pairs : count);
      uint8_t *b = random_bytes(is_semiplanar ? 2 * pairs : layouts[l].shift ? pairs : count);
      uint8_t *c = random_bytes(layouts[l].shift ? pairs : count);
      swiftlet_frame_row row = {.luma = a + layouts[l].luma,
                                .first = (is_packed ? a : b) + layouts[l].first,
                                .second = (is_packed ? a : is_semiplanar ? b : c) +
                                          layouts[l].second,
                                .luma_step = layouts[l].luma_step,
                                .chroma_step = layouts[l].chroma_step,
                                .chroma_shift = layouts[l].shift,
                                .luma_zero = (int16_t)(16 * below(2)),
                                .luma_weight = below(2) ? 8192 : 9539};
      for (int i = 0; i < 4; i++) row.weights[i] = (int16_t)((int)below(34611) - 17305);
      uint8_t actual[320], expected[320];
      memset(actual, 0xA5, sizeof actual);
      memset(expected, 0xA5, sizeof expected);
      kernel->frame_row(&row, actual, count);
      swiftlet_frame_pixels(&row, expected, 0, count);
      failures += compare(kernel->name, count, actual, expected, sizeof actual);
      free(a);
      free(b);
      free(c);
    }
  return failures;
}

static void random_weights(int16_t *weights, int32_t count) {
  int32_t rest = 1 << SWIFTLET_RESIZE_BITS;
  for (int32_t tap = 0; tap < count; tap++) {
    int32_t weight = tap == count - 1 ? rest : (int32_t)below((uint32_t)rest + 1);
    rest -= weight;
    weights[tap / 4 * 8 + tap % 4] = (int16_t)(weight >> SWIFTLET_RESIZE_LOW_BITS);
    weights[tap / 4 * 8 + tap % 4 + 4] = (int16_t)(weight & 2047);
  }
}

static int check_resize_row(const swiftlet_kernel *kernel) {
  static const uint8_t steps[] = {1, 3, 4};
  int failures = 0;
  for (size_t count = 0; count < 40; count++)
    for (size_t s = 0; s < 3; s++)
      for (int32_t maximum = 1; maximum < 18; maximum++) {
        int32_t inputs = 1 + (int32_t)below(2 * (uint32_t)count + 9), start = 0;
        size_t quads = (size_t)(maximum + 3) / 4;
        swiftlet_taps taps[40];
        int16_t *weights = calloc(40 * quads * 8, sizeof *weights);
        for (size_t i = 0; i < count; i++) {
          start += (int32_t)below(4);
          if (start >= inputs) start = inputs - 1;
          int32_t own = (int32_t)below((uint32_t)maximum + 1);
          if (own > inputs - start) own = inputs - start;
          taps[i] = (swiftlet_taps){start, own};
          random_weights(weights + i * quads * 8, own);
        }
        size_t byte_count = (size_t)inputs * steps[s];
        uint8_t *pixels = random_bytes(byte_count);
        swiftlet_resize_row resize = {.pixels = pixels,
                                      .byte_count = byte_count,
                                      .step = steps[s],
                                      .first = (uint8_t)(s ? 2 * below(2) : 0),
                                      .taps = taps,
                                      .weights = weights,
                                      .quads = quads};
        uint8_t actual[160], expected[160];
        memset(actual, 0xA5, sizeof actual);
        memset(expected, 0xA5, sizeof expected);
        kernel->resize_row(&resize, actual, count);
        swiftlet_resize_pixels(&resize, expected, 0, count);
        failures += compare(kernel->name, count, actual, expected, sizeof actual);
        free(pixels);
        free(weights);
      }
  return failures;
}

static int check_resize_column(const swiftlet_kernel *kernel) {
  int failures = 0;
  for (size_t byte_count = 0; byte_count < 140; byte_count++)
    for (int32_t count = 0; count < 14; count++) {
      const uint8_t *rows[16];
      for (int i = 0; i < 16; i++) rows[i] = random_bytes(byte_count);
      int16_t weights[32] = {0};
      random_weights(weights, count);
      swiftlet_resize_column resize = {.rows = rows, .count = (size_t)count, .weights = weights};
      uint8_t actual[160], expected[160];
      memset(actual, 0xA5, sizeof actual);
      memset(expected, 0xA5, sizeof expected);
      kernel->resize_column(&resize, actual, byte_count);
      swiftlet_resize_bytes(&resize, expected, 0, byte_count);
      failures += compare(kernel->name, byte_count, actual, expected, sizeof actual);
      for (int i = 0; i < 16; i++) free((void *)(uintptr_t)rows[i]);
    }
  return failures;
}

int main(int count, char **arguments) {
  state = count > 1 ? strtoull(arguments[1], NULL, 10) : 1;
  size_t kernel_count, checked = 0;
  const swiftlet_kernel *kernels = swiftlet_kernels(&kernel_count);
  int failures = 0;
  for (size_t i = 0; i < kernel_count; i++) {
    const swiftlet_kernel *kernel = &kernels[i];
    if (!swiftlet_isa_is_supported(kernel->isa)) continue;
    if (kernel->frame_row) failures += check_frame_row(kernel);
    if (kernel->resize_row) failures += check_resize_row(kernel);
    if (kernel->resize_column) failures += check_resize_column(kernel);
    if (kernel->frame_row || kernel->resize_row || kernel->resize_column) {
      printf("checked %s\n", kernel->name);
      checked++;
    }
  }
  printf("%zu kernels, %d failures, seed %llu\n", checked, failures,
         count > 1 ? strtoull(arguments[1], NULL, 10) : 1ull);
  return failures != 0 || checked == 0;
}
