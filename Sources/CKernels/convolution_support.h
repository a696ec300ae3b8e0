// SPDX-License-Identifier: Apache-2.0
//
// What all convolution kernels share: panels of output pixels whose inputs stay in the first cache
// while every weight block passes over them, and the addresses of the pixels' windows.
#pragma once
#include "kernel_support.h"

// Most output pixels of a panel, what their number is a multiple of (so that tiles of most heights
// fill it), and the input bytes aimed at.
#define CONVOLUTION_PANEL 192
#define CONVOLUTION_PANEL_STEP 24
#define CONVOLUTION_PANEL_BYTES (24 * 1024)

// The bytes of one weight block.
SWIFTLET_INLINE size_t convolution_block_bytes(const swiftlet_convolution *convolution) {
  return convolution->segment_count * convolution->k_groups * SWIFTLET_BLOCK * SWIFTLET_GROUP;
}

// Output pixels of a panel.
SWIFTLET_INLINE size_t convolution_panel(const swiftlet_convolution *convolution) {
  size_t window = convolution->segment_count * convolution->k_groups * SWIFTLET_GROUP;
  size_t pixels = CONVOLUTION_PANEL_BYTES / swiftlet_most(window, 1);
  pixels -= pixels % CONVOLUTION_PANEL_STEP;
  return swiftlet_least(swiftlet_most(pixels, CONVOLUTION_PANEL_STEP), CONVOLUTION_PANEL);
}

// Writes the first bytes of the windows of the output pixels [pixel, pixel + count).
SWIFTLET_INLINE void convolution_windows(const swiftlet_convolution *convolution, size_t pixel,
                                         size_t count, const uint8_t **windows) {
  if (count == 0) return;
  size_t x = pixel % convolution->output_width;
  const uint8_t *row =
      convolution->input + pixel / convolution->output_width * convolution->row_stride;
  const uint8_t *window = row + x * convolution->column_stride;
  for (size_t i = 0; i < count; i++) {
    windows[i] = window;
    window += convolution->column_stride;
    if (++x == convolution->output_width) {
      x = 0;
      row += convolution->row_stride;
      window = row;
    }
  }
}
