// SPDX-License-Identifier: Apache-2.0
import CTraining

/// The largest value of each channel under a window: x `[N][H][W][C]`, y `[N][H'][W'][C]`.
///
/// Padding never wins. NaN does, as in PyTorch.
public struct MaxPool: Sendable {
  public let window: Window

  /// - Precondition: a picture has fewer than 2^31 elements.
  public init(_ window: Window) {
    precondition(window.inputCount <= Int32.max, "winners are 32-bit indices")
    self.window = window
  }

  /// Elements of y, and of the winners, for one picture.
  public var outputCount: Int { window.outputPixels * window.channels }

  /// - Parameter winners: of the shape of y, overwritten, for the backward pass: where in its
  ///   picture each output came from. Of equal values the first, by rows, wins; -1 where there was
  ///   nothing but padding, or minus infinity.
  public func forward(
    _ x: Features, count: Int, into y: MutableFeatures, winners: UnsafeMutablePointer<Int32>
  ) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_max_pool_forward(
        &raw, x + picture * window.inputCount, y + picture * outputCount,
        winners + picture * outputCount)
    }
  }

  /// The gradient of the input, overwritten: each output's goes to its winner alone.
  public func backward(
    _ dy: Features, winners: UnsafePointer<Int32>, count: Int, into dx: MutableFeatures
  ) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_max_pool_backward(
        &raw, dy + picture * outputCount, winners + picture * outputCount,
        dx + picture * window.inputCount)
    }
  }
}

/// The mean of each channel under a window: x `[N][H][W][C]`, y `[N][H'][W'][C]`.
public struct AveragePool: Sendable {
  public let window: Window
  /// Whether padding counts as zeros (ONNX's `count_include_pad`), or is left out of the mean.
  public var countsPadding: Bool

  public init(_ window: Window, countsPadding: Bool = false) {
    self.window = window
    self.countsPadding = countsPadding
  }

  private var outputCount: Int { window.outputPixels * window.channels }

  public func forward(_ x: Features, count: Int, into y: MutableFeatures) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_average_pool_forward(
        &raw, x + picture * window.inputCount, countsPadding, y + picture * outputCount)
    }
  }

  /// The gradient of the input, overwritten: each output's is shared by its window.
  public func backward(_ dy: Features, count: Int, into dx: MutableFeatures) {
    var raw = window.raw
    for picture in 0..<count {
      swiftlet_average_pool_backward(
        &raw, dy + picture * outputCount, countsPadding, dx + picture * window.inputCount)
    }
  }
}
