// SPDX-License-Identifier: Apache-2.0
import COpenBLAS

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

  /// - Parameter bias: nil for none.
  public func forward(
    _ x: Features, weights: Features, bias: Features?, rows: Int, into y: MutableFeatures
  ) {
    guard rows > 0 else { return }
    if let bias {
      for row in 0..<rows { (y + row * outputs).update(from: bias, count: outputs) }
    }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(outputs), blasint(inputs), 1,
      x, blasint(inputs), weights, blasint(inputs), bias == nil ? 0 : 1, y, blasint(outputs))
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
    guard let db else { return }
    for row in 0..<rows {
      let gradient = dy + row * outputs
      for output in 0..<outputs { db[output] += gradient[output] }
    }
  }
}
