// SPDX-License-Identifier: Apache-2.0
import CTraining

/// A dense convolution by im2col and SGEMM, picture by picture, so that the matrix stays small.
///
/// Shapes: x `[N][H][W][C]`, weights `[outputs][kernel height][kernel width][C]`, y
/// `[N][H'][W'][outputs]`. A 1x1 kernel without padding and stride is a `Linear` over pixels.
public struct Convolution: Sendable {
  public let window: Window
  private let product: Linear

  public init(_ window: Window, outputs: Int) {
    self.window = window
    product = Linear(inputs: window.taps * window.channels, outputs: outputs)
  }

  /// Floats of the scratch memory that each function needs.
  public var scratchCount: Int { window.outputPixels * product.inputs }

  private var outputCount: Int { window.outputPixels * product.outputs }

  /// - Parameter limit: as `Linear.forward` takes it.
  public func forward(
    _ x: Features, weights: Features, bias: Features?, count: Int, limit: Float? = nil,
    scratch: MutableFeatures, into y: MutableFeatures
  ) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_im2col(&raw, x + picture * window.inputCount, scratch)
      product.forward(
        scratch, weights: weights, bias: bias, rows: window.outputPixels, limit: limit,
        into: y + picture * outputCount)
    }
  }

  /// The gradient of the input, overwritten.
  public func backward(
    _ dy: Features, weights: Features, count: Int, scratch: MutableFeatures,
    intoInput dx: MutableFeatures
  ) {
    var raw = window.raw
    for picture in 0..<count {
      product.backward(
        dy + picture * outputCount, weights: weights, rows: window.outputPixels,
        intoInput: scratch)
      swiftlet_col2im(&raw, scratch, dx + picture * window.inputCount)
    }
  }

  /// Adds the gradients of weights and bias.
  public func backward(
    _ dy: Features, x: Features, count: Int, scratch: MutableFeatures,
    addingToWeights dw: MutableFeatures, bias db: MutableFeatures?
  ) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_im2col(&raw, x + picture * window.inputCount, scratch)
      product.backward(
        dy + picture * outputCount, x: scratch, rows: window.outputPixels, addingToWeights: dw,
        bias: db)
    }
  }
}

/// A depthwise convolution: each channel with a kernel of its own.
///
/// Shapes: x `[N][H][W][C]`, weights `[kernel height][kernel width][C]`, y `[N][H'][W'][C]`.
public struct DepthwiseConvolution: Sendable {
  public let window: Window

  public init(_ window: Window) { self.window = window }

  private var outputCount: Int { window.outputPixels * window.channels }

  /// - Parameter limit: where given, the output is clipped to `0...limit`.
  public func forward(
    _ x: Features, weights: Features, bias: Features?, count: Int, limit: Float? = nil,
    into y: MutableFeatures
  ) {
    var raw = window.raw
    for picture in 0..<count {
      let (input, output) = (x + picture * window.inputCount, y + picture * outputCount)
      if let limit {
        swiftlet_depthwise_forward_clip(&raw, input, weights, bias, limit, output)
      } else {
        swiftlet_depthwise_forward(&raw, input, weights, bias, output)
      }
    }
  }

  /// The gradient of the input, overwritten.
  public func backward(
    _ dy: Features, weights: Features, count: Int, intoInput dx: MutableFeatures
  ) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_depthwise_backward_input(
        &raw, dy + picture * outputCount, weights, dx + picture * window.inputCount)
    }
  }

  /// Adds the gradients of weights and bias.
  public func backward(
    _ dy: Features, x: Features, count: Int, addingToWeights dw: MutableFeatures,
    bias db: MutableFeatures?
  ) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_depthwise_backward_weights(
        &raw, x + picture * window.inputCount, dy + picture * outputCount, dw)
    }
    if let db { swiftlet_sum_rows(dy, count * window.outputPixels, window.channels, db) }
  }
}
