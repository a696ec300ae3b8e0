// SPDX-License-Identifier: Apache-2.0
import COpenBLAS
import CTraining

/// Rows of features, floats that somebody else owns.
public typealias Features = UnsafePointer<Float>
public typealias MutableFeatures = UnsafeMutablePointer<Float>

/// A linear layer, and a pointwise convolution, whose rows are pixels: `y = x W^T + b`.
///
/// Shapes: x `[rows][inputs]`, W `[outputs][inputs]`, b `[outputs]`, y `[rows][outputs]`. Products
/// by SGEMM.
public struct Linear: Sendable {
  public var inputs: Int
  public var outputs: Int

  public init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Outputs that a product makes before their bias is added, so that they are still in the cache.
  private static let cached = 1 << 17

  /// - Parameters:
  ///   - bias: nil for none.
  ///   - limit: where given, the output is clipped to `0...limit`; this needs a bias.
  public func forward(
    _ x: Features, weights: Features, bias: Features?, rows: Int, limit: Float? = nil,
    into y: MutableFeatures
  ) {
    precondition(limit == nil || bias != nil, "a clipped output has a bias")
    let step = max(Self.cached / max(outputs, 1), 64)
    for first in stride(from: 0, to: rows, by: step) {
      let some = min(step, rows - first)
      let output = y + first * outputs
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(some), blasint(outputs), blasint(inputs),
        1, x + first * inputs, blasint(inputs), weights, blasint(inputs), 0, output,
        blasint(outputs))
      guard let bias else { continue }
      if let limit {
        swiftlet_add_bias_clip(output, some, outputs, bias, limit)
      } else {
        swiftlet_add_bias(output, some, outputs, bias)
      }
    }
  }

  /// `dx = dy W`, overwritten.
  public func backward(
    _ dy: Features, weights: Features, rows: Int, intoInput dx: MutableFeatures
  ) {
    guard rows > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows), blasint(inputs), blasint(outputs),
      1, dy, blasint(outputs), weights, blasint(inputs), 0, dx, blasint(inputs))
  }

  /// `dW += dy^T x`, `db += sum of the rows of dy`.
  public func backward(
    _ dy: Features, x: Features, rows: Int, addingToWeights dw: MutableFeatures,
    bias db: MutableFeatures?
  ) {
    guard rows > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(outputs), blasint(inputs), blasint(rows), 1,
      dy, blasint(outputs), x, blasint(inputs), 1, dw, blasint(inputs))
    if let db { swiftlet_sum_rows(dy, rows, outputs, db) }
  }
}
