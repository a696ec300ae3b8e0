// SPDX-License-Identifier: Apache-2.0
//
// The loops of a convolution kernel around its tile. The including file defines before
//   TILE_INLINE              the attributes of its functions
//   TILE_CHANNELS            channels of one vector
//   TILE_ROWS(vectors)       output pixels of a tile of so many vectors, at most 8
//   TILE_VECTORS(left)       vectors to take next where `left` are left, at most 4
//   compute_tile(convolution, windows, pixel, channel, rows, vectors)
// and after it, run_convolution is the whole kernel.
#pragma once
#include "convolution_support.h"

#define TILE_MAX_ROWS 8
#define TILE_MAX_VECTORS 4

TILE_INLINE void compute_tile(const swiftlet_convolution *c, const uint8_t *const *windows,
                              size_t pixel, size_t channel, int rows, int vectors);

// All pixels of a panel in tiles of nearly equal height, so that none is much too small.
TILE_INLINE void compute_strip(const swiftlet_convolution *c, const uint8_t *const *windows,
                               size_t pixel, size_t count, size_t channel, int vectors) {
  size_t tiles = (count + TILE_ROWS(vectors) - 1) / TILE_ROWS(vectors);
  SWIFTLET_ROLLED for (size_t begin = 0; begin < count; tiles--) {
    size_t rows = (count - begin + tiles - 1) / tiles;
    switch (rows) {
#define TILE(n)                                                              \
  case n:                                                                    \
    if (n <= TILE_ROWS(vectors))                                             \
      compute_tile(c, windows + begin, pixel + begin, channel, n, vectors);  \
    break;
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE
    }
    begin += rows;
  }
}

TILE_INLINE void run_convolution(const swiftlet_convolution *c, size_t pixel_begin,
                                 size_t pixel_end, size_t block_begin, size_t block_end) {
  const uint8_t *windows[CONVOLUTION_PANEL];
  const size_t per_block = SWIFTLET_BLOCK / TILE_CHANNELS;
  size_t panel = convolution_panel(c);
  size_t end = swiftlet_least(block_end * per_block,
                              (c->output_channels + TILE_CHANNELS - 1) / TILE_CHANNELS);
  for (size_t pixel = pixel_begin; pixel < pixel_end; pixel += panel) {
    size_t count = swiftlet_least(panel, pixel_end - pixel);
    convolution_windows(c, pixel, count, windows);
    for (size_t vector = block_begin * per_block; vector < end;) {
      size_t left = end - vector, vectors = swiftlet_least(TILE_VECTORS(left), left);
      switch (vectors) {
#define STRIP(n)                                                                   \
  case n:                                                                          \
    if (TILE_ROWS(n) > 0)                                                          \
      compute_strip(c, windows, pixel, count, vector * TILE_CHANNELS, n);          \
    break;
        STRIP(1) STRIP(2) STRIP(3) STRIP(4)
#undef STRIP
      }
      vector += vectors;
    }
  }
}
