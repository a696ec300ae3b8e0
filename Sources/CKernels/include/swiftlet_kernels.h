// SPDX-License-Identifier: Apache-2.0
//
// The int8 micro-kernels: plain C functions over whole loops, one file per operator and instruction
// set, listed once in kernels.inc. Layouts, ranges and rounding are those of docs/model-format.md.
//
// Every kernel of an operator gives the same bytes as its scalar reference (Swift,
// Sources/Runtime/Kernels/Reference). Rounding is IEEE round-half-to-even, and no multiplication is
// ever fused with an addition.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

// Output channels of one weight block, inputs of one group.
#define SWIFTLET_BLOCK 16
#define SWIFTLET_GROUP 4
// Bytes that must be readable behind every activation tensor: kernels read whole groups.
#define SWIFTLET_SLACK 64

// Instruction sets, in the order of preference within one architecture.
typedef enum {
  SWIFTLET_ISA_SCALAR = 0,
  SWIFTLET_ISA_AVX2 = 1,
  SWIFTLET_ISA_AVXVNNI = 2,
  SWIFTLET_ISA_AVX512VNNI = 3,
  SWIFTLET_ISA_NEON = 16,
  SWIFTLET_ISA_DOTPROD = 17,
  SWIFTLET_ISA_I8MM = 18,
} swiftlet_isa;

// What is proven of the weights of a block for the range of the input (docs/model-format.md, proof):
// which sums of products may be formed in int16 without saturation.
typedef enum {
  SWIFTLET_PROOF_NONE = 0,  // nothing: only exact kernels
  SWIFTLET_PROOF_PAIR = 1,  // two products fit int16: one maddubs is exact
  SWIFTLET_PROOF_QUAD = 2,  // four products fit int16: two maddubs may be added
} swiftlet_proof;

// How a convolution kernel reads the bytes of its input. Kernels that multiply signed bytes subtract
// a centre from the input of each group of weights, where it may exceed 127.
typedef enum {
  SWIFTLET_INPUT_U8 = 0,              // as they are
  SWIFTLET_INPUT_S8 = 1,              // the centre is 128
  SWIFTLET_INPUT_S8_ALTERNATING = 2,  // 128 in the even groups of a segment, 127 in the odd ones
} swiftlet_input;

// The output stage: q = clamp(roundHalfEven(float(acc) * multiplier[c]) + zero_point, lower, upper).
typedef struct {
  const int32_t *_Nonnull bias;      // per output channel, padded to whole blocks
  const float *_Nonnull multiplier;  // per output channel, padded to whole blocks
  int32_t zero_point;
  int32_t lower, upper;  // within 0...255
} swiftlet_requantization;

// A convolution as a sum over segments: acc[p][n] = bias[n] + sum_s sum_k
// input[window(p) + segment_offsets[s] + k] * weights[n][s][k]. A window is addressed by its first
// byte: window(p) = input + (p / output_width) * row_stride + (p % output_width) * column_stride.
// A segment is k_groups * 4 bytes (k_groups is even); weights beyond the real inputs are zero, so
// what lies there in the input does not matter, but it must be readable.
typedef struct {
  const uint8_t *_Nonnull input;
  const int32_t *_Nonnull segment_offsets;
  size_t segment_count;
  size_t k_groups;
  size_t k_used;                   // of them, the first ones, behind which all weights are zero
  const int8_t *_Nonnull weights;  // [blocks][segments][k_groups][16][4], 64-byte aligned
  size_t output_width;
  size_t column_stride, row_stride;  // bytes
  size_t output_channels;            // valid columns; the last block may be partial
  size_t output_stride;              // elements from one output pixel to the next
  uint8_t *_Nullable output;         // u8 [pixel][output_stride], or
  float *_Nullable output_float;     // float32: real = float(acc) * multiplier[c]
  swiftlet_requantization requantization;
  // bias[n] + the sum of centre * weight of channel n (swiftlet_centre_bias), padded like the bias;
  // null if no input byte exceeds 127. Only kernels with centres read it.
  const int32_t *_Nullable centred_bias;
} swiftlet_convolution;

// Computes the output pixels [pixel_begin, pixel_end) for the weight blocks [block_begin, block_end).
typedef void (*swiftlet_convolution_kernel)(const swiftlet_convolution *_Nonnull convolution,
                                            size_t pixel_begin, size_t pixel_end,
                                            size_t block_begin, size_t block_end);

// Depthwise convolution, multiplier 1, dilation 1, NHWC u8 in and out. Taps outside of the picture
// read as pad_value (the input's zero point).
typedef struct {
  const uint8_t *_Nonnull input;
  uint8_t *_Nonnull output;
  size_t input_height, input_width, output_height, output_width, channels;
  size_t input_ring;  // 0, or a power of two: row y lies where row y % input_ring would
  size_t kernel_height, kernel_width, stride_y, stride_x, pad_top, pad_left;
  uint8_t pad_value;
  uint8_t input_upper;                   // no input byte exceeds this
  const int8_t *_Nonnull weights;        // [ceil(C/16)][kernel_height * kernel_width][16]
  const void *_Nullable packed_weights;  // what the kernel's pack function made of them
  swiftlet_requantization requantization;
} swiftlet_depthwise;

// Computes the output rows [row_begin, row_end) of the channel blocks [block_begin, block_end).
// scratch: 64-byte aligned, the kernel's scratch_byte_count, owned by the calling thread.
typedef void (*swiftlet_depthwise_kernel)(const swiftlet_depthwise *_Nonnull depthwise,
                                          size_t row_begin, size_t row_end, size_t block_begin,
                                          size_t block_end, void *_Nullable scratch);

// q = clamp(roundHalfEven(float(a - zero_a) * multiplier_a + float(b - zero_b) * multiplier_b)
//     + zero_point, lower, upper); two products, one sum, each rounded once.
typedef struct {
  int32_t zero_a, zero_b, zero_point, lower, upper;
  float multiplier_a, multiplier_b;
} swiftlet_add;
typedef void (*swiftlet_add_kernel)(const swiftlet_add *_Nonnull add, const uint8_t *_Nonnull a,
                                    const uint8_t *_Nonnull b, uint8_t *_Nonnull output,
                                    size_t count);

// Windowed pools, NHWC u8. Average: q = clamp(roundHalfEven(float(sum of (x - input_zero) over the
// taps inside) * multiplier / float(divisor)) + zero_point, lower, upper), where divisor counts the
// taps inside, or all taps of the window clipped to the padded picture if counts_padding.
// Maximum: over the taps inside; q = clamp(max, lower, upper).
typedef struct {
  const uint8_t *_Nonnull input;
  uint8_t *_Nonnull output;
  size_t input_height, input_width, output_height, output_width, channels;
  size_t kernel_height, kernel_width, stride_y, stride_x;
  size_t pad_top, pad_left, pad_bottom, pad_right;
  int32_t counts_padding;
  int32_t input_zero, zero_point, lower, upper;
  float multiplier;  // input scale / output scale
} swiftlet_pool;
// Computes the output rows [row_begin, row_end), all channels.
typedef void (*swiftlet_pool_kernel)(const swiftlet_pool *_Nonnull pool, size_t row_begin,
                                     size_t row_end);

// One row of Y'CbCr samples to colours, chroma replicated (docs/model-format.md, camera frames): with
// y = luma - luma_zero, a = first - 128, b = second - 128, and pixel x's chroma at x >> chroma_shift,
//   output[4x + 0] = clamp((luma_weight * y + weights[0] * a + 4096) >> 13)
//   output[4x + 1] = clamp((luma_weight * y + weights[1] * a + weights[2] * b + 4096) >> 13)
//   output[4x + 2] = clamp((luma_weight * y + weights[3] * b + 4096) >> 13)
// and output[4x + 3] = 0. For red, green, blue first is Cr; for blue, green, red it is Cb.
// (luma_step, chroma_step, chroma_shift) is (2, 4, 1) packed, (1, 2, 1) semi-planar, (1, 1, 1) or
// (1, 1, 0) planar. Packed: all three pointers point into the same four bytes. Semi-planar: first and
// second into the same two.
typedef struct {
  const uint8_t *_Nonnull luma;
  const uint8_t *_Nonnull first;
  const uint8_t *_Nonnull second;
  uint8_t luma_step, chroma_step, chroma_shift;
  int16_t luma_zero, luma_weight;
  int16_t weights[4];
} swiftlet_frame_row;
// Converts pixels [0, count); reads no sample of others. output: 4 * count bytes.
typedef void (*swiftlet_frame_row_kernel)(const swiftlet_frame_row *_Nonnull row,
                                          uint8_t *_Nonnull output, size_t count);

// Weights of a resize have 22 fraction bits and come in quads of taps, [4 high][4 low], where
// weight = high * 2^11 + low, 0 <= low < 2^11: each half fits int16. Unused taps weigh nothing.
// byte = min((sum of weight * byte + 2^21) >> 22, 255), in int32.
#define SWIFTLET_RESIZE_BITS 22
#define SWIFTLET_RESIZE_LOW_BITS 11

// The input positions [start, start + count) of one output position.
typedef struct {
  int32_t start, count;
} swiftlet_taps;

// The horizontal half of a resize.
typedef struct {
  const uint8_t *_Nonnull pixels;   // input pixel `origin`
  size_t byte_count;                // readable from there; no tap lies behind
  int32_t origin;
  uint8_t step;                     // bytes of a pixel: 3 or 4 make three channels, 1 makes one
  uint8_t first;                    // of three: where the output's first lies, 0 or 2
  const swiftlet_taps *_Nonnull taps;  // starts never decrease
  const int16_t *_Nonnull weights;  // [count][quads][2][4]
  size_t quads;
} swiftlet_resize_row;
// Makes outputs [0, count), dense.
typedef void (*swiftlet_resize_row_kernel)(const swiftlet_resize_row *_Nonnull resize,
                                           uint8_t *_Nonnull output, size_t count);

// The vertical half: one output row is a weighted sum of `count` rows.
typedef struct {
  const uint8_t *_Nonnull const *_Nonnull rows;  // an even number of valid pointers, >= count
  size_t count;
  const int16_t *_Nonnull weights;  // [ceil(count / 4)][2][4]
} swiftlet_resize_column;
// Makes bytes [0, byte_count). The output overlaps no row.
typedef void (*swiftlet_resize_column_kernel)(const swiftlet_resize_column *_Nonnull resize,
                                              uint8_t *_Nonnull output, size_t byte_count);

typedef enum {
  SWIFTLET_OPERATOR_CONVOLUTION = 1,
  SWIFTLET_OPERATOR_DEPTHWISE = 2,
  SWIFTLET_OPERATOR_ADD = 3,
  SWIFTLET_OPERATOR_AVERAGE_POOL = 4,
  SWIFTLET_OPERATOR_MAX_POOL = 5,
  // Not of the network but of its preprocessing:
  SWIFTLET_OPERATOR_FRAME_ROW = 32,
  SWIFTLET_OPERATOR_RESIZE_ROW = 33,
  SWIFTLET_OPERATOR_RESIZE_COLUMN = 34,
} swiftlet_operator;

// One entry of the kernel list. Function members that do not belong to `op` are null.
typedef struct {
  // <op>_<dtype>_<rows>x<columns>[c<k>]__<isa>; of a depthwise kernel the window, s and the stride
  const char *_Nonnull name;
  swiftlet_operator op;
  swiftlet_isa isa;
  swiftlet_proof needs;                        // convolution: the proof that makes it exact
  swiftlet_input input;                        // convolution: how it reads the input
  uint8_t kernel_height, kernel_width, stride;  // depthwise: the only shape it takes; 0 = any
  uint8_t input_upper;                         // depthwise: largest input it takes; 0 = any
  uint16_t rows, columns;                      // tile
  swiftlet_convolution_kernel _Nullable convolution;
  swiftlet_depthwise_kernel _Nullable depthwise;
  size_t (*_Nullable packed_byte_count)(const swiftlet_depthwise *_Nonnull depthwise);
  void (*_Nullable pack)(const swiftlet_depthwise *_Nonnull depthwise, void *_Nonnull packed);
  size_t (*_Nullable scratch_byte_count)(const swiftlet_depthwise *_Nonnull depthwise);
  swiftlet_add_kernel _Nullable add;
  swiftlet_pool_kernel _Nullable pool;
  swiftlet_frame_row_kernel _Nullable frame_row;
  swiftlet_resize_row_kernel _Nullable resize_row;
  swiftlet_resize_column_kernel _Nullable resize_column;
} swiftlet_kernel;

// All kernels compiled into this program, the same list on every machine of one architecture.
const swiftlet_kernel *_Nonnull swiftlet_kernels(size_t *_Nonnull count);

// Whether this machine runs the instruction set: processor and operating system advertise it (CPUID,
// HWCAP), the chip is not known to fault on it, and an instruction of it was tried.
int swiftlet_isa_is_supported(swiftlet_isa isa);

// Whether a function ends without an illegal instruction. It must do nothing else.
typedef void (*swiftlet_probe)(void);
int swiftlet_probe_runs(swiftlet_probe _Nonnull probe);

// Whether one of the zero-ended names in a file, such as a device tree's list of compatible chips,
// contains one of `chips`. No, where the file cannot be read.
int swiftlet_chip_is_among(const char *_Nonnull path, const char *_Nonnull const *_Nonnull chips,
                           size_t count);

// Multiplies in registers alone, `rounds` times, as the kernels of an instruction set do that need
// `proof`; returns how many multiply-accumulates that were, or 0 where it is not known how.
size_t swiftlet_peak(swiftlet_isa isa, swiftlet_proof proof, size_t rounds);

// The strongest proof that holds for one weight block of `byte_count` bytes, laid out as
// [byte_count / 64][16][4], when no input byte exceeds input_upper (1...255).
swiftlet_proof swiftlet_prove_block(const int8_t *_Nonnull weights, size_t byte_count,
                                    int32_t input_upper);

// Writes the centred_bias of one weight block, laid out as above: `bias` and `centred` are its 16
// entries.
void swiftlet_centre_bias(swiftlet_input input, const int8_t *_Nonnull weights, size_t byte_count,
                          const int32_t *_Nonnull bias, int32_t *_Nonnull centred);

#if defined(__cplusplus)
}
#endif
