// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "swiftlet_training.h"

// Each function for AVX-512 and for AVX2 with FMA as well; the loader chooses.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

// Calls `body` for every tap of the window that lies inside of the picture, with the offsets of the
// output, the input and the weights in floats.
#define FOR_TAPS(w, body)                                                                      \
  for (int oy = 0; oy < (w)->output_height; oy++)                                              \
    for (int ox = 0; ox < (w)->output_width; ox++) {                                           \
      const size_t out = ((size_t)oy * (w)->output_width + ox) * (w)->channels;                \
      for (int ky = 0; ky < (w)->kernel_height; ky++) {                                        \
        const int iy = oy * (w)->stride_y - (w)->pad_top + ky;                                 \
        if (iy < 0 || iy >= (w)->input_height) continue;                                       \
        for (int kx = 0; kx < (w)->kernel_width; kx++) {                                       \
          const int ix = ox * (w)->stride_x - (w)->pad_left + kx;                              \
          if (ix < 0 || ix >= (w)->input_width) continue;                                      \
          const size_t in = ((size_t)iy * (w)->input_width + ix) * (w)->channels;              \
          const size_t tap = ((size_t)ky * (w)->kernel_width + kx) * (w)->channels;            \
          body                                                                                 \
        }                                                                                      \
      }                                                                                        \
    }
