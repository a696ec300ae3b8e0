// SPDX-License-Identifier: Apache-2.0
#include "kernel_support.h"

#define CONVOLUTION(name, isa, needs, input, rows, columns)                               \
  void name(const swiftlet_convolution *convolution, size_t pixel_begin, size_t pixel_end, \
            size_t block_begin, size_t block_end);
#define DEPTHWISE(name, isa, layout, height, width, stride, input_upper, rows, columns) \
  void name(const swiftlet_depthwise *depthwise, size_t row_begin, size_t row_end,      \
            size_t block_begin, size_t block_end, void *scratch);                       \
  size_t layout##_packed_byte_count(const swiftlet_depthwise *depthwise);               \
  void layout##_pack(const swiftlet_depthwise *depthwise, void *packed);                \
  size_t layout##_scratch_byte_count(const swiftlet_depthwise *depthwise);
#define ADD(name, isa, columns)                                                   \
  void name(const swiftlet_add *add, const uint8_t *a, const uint8_t *b, uint8_t *output, \
            size_t count);
#define POOL(name, isa, operator, columns) \
  void name(const swiftlet_pool *pool, size_t row_begin, size_t row_end);
#define FRAME_ROW(name, isa, columns) \
  void name(const swiftlet_frame_row *row, uint8_t *output, size_t count);
#define RESIZE_ROW(name, isa, columns) \
  void name(const swiftlet_resize_row *resize, uint8_t *output, size_t count);
#define RESIZE_COLUMN(name, isa, columns) \
  void name(const swiftlet_resize_column *resize, uint8_t *output, size_t byte_count);
#include "kernels.inc"

static const swiftlet_kernel kernels[] = {
#define CONVOLUTION(kernel, set, proof, bytes, tile_rows, tile_columns) \
  {.name = #kernel,                                                     \
   .op = SWIFTLET_OPERATOR_CONVOLUTION,                                 \
   .isa = SWIFTLET_ISA_##set,                                           \
   .needs = SWIFTLET_PROOF_##proof,                                     \
   .input = SWIFTLET_INPUT_##bytes,                                     \
   .rows = tile_rows,                                                   \
   .columns = tile_columns,                                             \
   .convolution = kernel},
#define DEPTHWISE(kernel, set, layout, height, width, strides, upper, tile_rows, tile_columns) \
  {.name = #kernel,                                                                            \
   .op = SWIFTLET_OPERATOR_DEPTHWISE,                                                          \
   .isa = SWIFTLET_ISA_##set,                                                                  \
   .kernel_height = height,                                                                    \
   .kernel_width = width,                                                                      \
   .stride = strides,                                                                          \
   .input_upper = upper,                                                                       \
   .rows = tile_rows,                                                                          \
   .columns = tile_columns,                                                                    \
   .depthwise = kernel,                                                                        \
   .packed_byte_count = layout##_packed_byte_count,                                            \
   .pack = layout##_pack,                                                                      \
   .scratch_byte_count = layout##_scratch_byte_count},
#define ADD(kernel, set, tile_columns) \
  {.name = #kernel,                    \
   .op = SWIFTLET_OPERATOR_ADD,        \
   .isa = SWIFTLET_ISA_##set,          \
   .rows = 1,                          \
   .columns = tile_columns,            \
   .add = kernel},
#define POOL(kernel, set, operator, tile_columns) \
  {.name = #kernel,                               \
   .op = SWIFTLET_OPERATOR_##operator,            \
   .isa = SWIFTLET_ISA_##set,                     \
   .rows = 1,                                     \
   .columns = tile_columns,                       \
   .pool = kernel},
#define FRAME_ROW(kernel, set, tile_columns) \
  {.name = #kernel,                          \
   .op = SWIFTLET_OPERATOR_FRAME_ROW,        \
   .isa = SWIFTLET_ISA_##set,                \
   .rows = 1,                                \
   .columns = tile_columns,                  \
   .frame_row = kernel},
#define RESIZE_ROW(kernel, set, tile_columns) \
  {.name = #kernel,                           \
   .op = SWIFTLET_OPERATOR_RESIZE_ROW,        \
   .isa = SWIFTLET_ISA_##set,                 \
   .rows = 1,                                 \
   .columns = tile_columns,                   \
   .resize_row = kernel},
#define RESIZE_COLUMN(kernel, set, tile_columns) \
  {.name = #kernel,                              \
   .op = SWIFTLET_OPERATOR_RESIZE_COLUMN,        \
   .isa = SWIFTLET_ISA_##set,                    \
   .rows = 1,                                    \
   .columns = tile_columns,                      \
   .resize_column = kernel},
#include "kernels.inc"
    {.name = "", .op = 0},  // an instruction set without kernels still has a list
};

const swiftlet_kernel *swiftlet_kernels(size_t *count) {
  *count = sizeof kernels / sizeof *kernels - 1;
  return kernels;
}
