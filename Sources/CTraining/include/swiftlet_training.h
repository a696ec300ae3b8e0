// SPDX-License-Identifier: Apache-2.0
//
// The float loops of training that BLAS does not have. All pictures are NHWC, dense.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A window that slides over a picture.
struct swiftlet_window {
  int input_height, input_width, channels;
  int output_height, output_width;
  int kernel_height, kernel_width;
  int stride_y, stride_x;
  int pad_top, pad_left;
};

// Depthwise convolution of one picture. Weights are [kernel_height][kernel_width][channels].
// y = sum over taps of x * w (+ bias where it is not null)
void swiftlet_depthwise_forward(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull x,
    const float *_Nonnull weights, const float *_Nullable bias, float *_Nonnull y);

// As swiftlet_depthwise_forward, then y = min(max(y, 0), limit).
void swiftlet_depthwise_forward_clip(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull x,
    const float *_Nonnull weights, const float *_Nullable bias, float limit, float *_Nonnull y);

// dx = what the outputs' gradients dy mean for the inputs; overwritten.
void swiftlet_depthwise_backward_input(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull dy,
    const float *_Nonnull weights, float *_Nonnull dx);

// dw += the gradients of the weights.
void swiftlet_depthwise_backward_weights(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull x,
    const float *_Nonnull dy, float *_Nonnull dw);

// One picture as a matrix: row (y, x) holds the window's inputs [kernel_height][kernel_width]
// [channels], zeros beyond the picture.
void swiftlet_im2col(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull x, float *_Nonnull matrix);

// The transpose of it: every element of the matrix is added to the input that it came from; dx is
// overwritten.
void swiftlet_col2im(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull matrix,
    float *_Nonnull dx);

// y = min(max(x, 0), limit)
void swiftlet_clip_forward(
    const float *_Nonnull x, size_t count, float limit, float *_Nonnull y);

// dx = dy where 0 < y < limit, else 0; dx may be dy.
void swiftlet_clip_backward(
    const float *_Nonnull dy, const float *_Nonnull y, size_t count, float limit,
    float *_Nonnull dx);

// to += from
void swiftlet_accumulate(float *_Nonnull to, const float *_Nonnull from, size_t count);

// y = a + b
void swiftlet_add(
    const float *_Nonnull a, const float *_Nonnull b, size_t count, float *_Nonnull y);

// y[rows][columns] += bias[columns]
void swiftlet_add_bias(
    float *_Nonnull y, size_t rows, size_t columns, const float *_Nonnull bias);

// y = min(max(y + bias, 0), limit)
void swiftlet_add_bias_clip(
    float *_Nonnull y, size_t rows, size_t columns, const float *_Nonnull bias, float limit);

// sums[columns] += the sum of the rows of x[rows][columns]
void swiftlet_sum_rows(
    const float *_Nonnull x, size_t rows, size_t columns, float *_Nonnull sums);

// Maximum pool of one picture. winners, of y's shape: the index into x that each output came from,
// -1 where nothing is above minus infinity.
void swiftlet_max_pool_forward(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull x, float *_Nonnull y,
    int32_t *_Nonnull winners);

// dx = dy at the winners, zero elsewhere.
void swiftlet_max_pool_backward(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull dy,
    const int32_t *_Nonnull winners, float *_Nonnull dx);

// Average pool of one picture: y = sum over taps of x / taps. Taps beyond the picture are counted
// or not.
void swiftlet_average_pool_forward(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull x, bool counts_padding,
    float *_Nonnull y);

// dx = the sum over windows of dy / taps; overwritten.
void swiftlet_average_pool_backward(
    const struct swiftlet_window *_Nonnull window, const float *_Nonnull dy, bool counts_padding,
    float *_Nonnull dx);
