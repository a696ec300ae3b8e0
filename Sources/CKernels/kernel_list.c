// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

#define CONVOLUTION(name, isa, needs, rows, columns)                          \
  void name(const swiftlet_convolution *convolution, size_t pixel_begin, size_t pixel_end, \
            size_t block_begin, size_t block_end);
#include "kernels.inc"

static const swiftlet_kernel kernels[] = {
#define CONVOLUTION(kernel, set, proof, tile_rows, tile_columns) \
  {.name = #kernel,                                              \
   .op = SWIFTLET_OPERATOR_CONVOLUTION,                          \
   .isa = SWIFTLET_ISA_##set,                                    \
   .needs = SWIFTLET_PROOF_##proof,                              \
   .rows = tile_rows,                                            \
   .columns = tile_columns,                                      \
   .convolution = kernel},
#include "kernels.inc"
    {.name = "", .op = 0},  // an instruction set without kernels still has a list
};

const swiftlet_kernel *swiftlet_kernels(size_t *count) {
  *count = sizeof kernels / sizeof *kernels - 1;
  return kernels;
}
