// SPDX-License-Identifier: Apache-2.0
import CTraining

/// ReLU and ReLU6: `y = min(max(x, 0), limit)`.
public struct ClippedLinear: Sendable {
  /// Infinite for ReLU.
  public var limit: Float

  public static let relu = ClippedLinear(limit: .infinity)
  public static let relu6 = ClippedLinear(limit: 6)

  public func forward(_ x: Features, count: Int, into y: MutableFeatures) {
    swiftlet_clip_forward(x, count, limit, y)
  }

  /// The gradient passes where the output lies strictly within the limits, which is all that is
  /// needed of the forward pass. `dx` may be `dy`.
  public func backward(_ dy: Features, y: Features, count: Int, into dx: MutableFeatures) {
    swiftlet_clip_backward(dy, y, count, limit, dx)
  }
}

/// The sum of two branches: `y = a + b`, all of one shape.
public enum Sum {
  /// y may be a or b.
  public static func forward(_ a: Features, _ b: Features, count: Int, into y: MutableFeatures) {
    swiftlet_add(a, b, count, y)
  }

  /// Each branch's gradient is dy; where a value feeds several layers, theirs add: `dx += dy`.
  public static func backward(_ dy: Features, count: Int, addingTo dx: MutableFeatures) {
    swiftlet_accumulate(dx, dy, count)
  }
}

/// The mean over all pixels of a picture: x `[N][pixels][C]`, y `[N][C]`.
public struct GlobalAveragePool: Sendable {
  public var pixels: Int
  public var channels: Int

  public init(pixels: Int, channels: Int) {
    self.pixels = pixels
    self.channels = channels
  }

  public func forward(_ x: Features, count: Int, into y: MutableFeatures) {
    let share = 1 / Float(pixels)
    for picture in 0..<count {
      let output = y + picture * channels
      for channel in 0..<channels { output[channel] = 0 }
      for pixel in 0..<pixels {
        let input = x + (picture * pixels + pixel) * channels
        for channel in 0..<channels { output[channel] += input[channel] }
      }
      for channel in 0..<channels { output[channel] *= share }
    }
  }

  /// The gradient of the input, overwritten.
  public func backward(_ dy: Features, count: Int, into dx: MutableFeatures) {
    let share = 1 / Float(pixels)
    for picture in 0..<count {
      let gradient = dy + picture * channels
      for pixel in 0..<pixels {
        let output = dx + (picture * pixels + pixel) * channels
        for channel in 0..<channels { output[channel] = gradient[channel] * share }
      }
    }
  }
}

/// Rows divided by their Euclidean norm: `y = x / |x|`.
public struct UnitNorm: Sendable {
  public var width: Int
  /// Shorter rows are divided by this, as in PyTorch's `normalize`.
  public static let shortest: Float = 1e-12

  public init(width: Int) { self.width = width }

  /// - Parameter norms: one for each row, for the backward pass.
  public func forward(_ x: Features, rows: Int, into y: MutableFeatures, norms: MutableFeatures) {
    for row in 0..<rows {
      let input = x + row * width
      var sum = 0.0
      for column in 0..<width { sum += Double(input[column]) * Double(input[column]) }
      let norm = max(Float(sum.squareRoot()), Self.shortest)
      norms[row] = norm
      for column in 0..<width { y[row * width + column] = input[column] / norm }
    }
  }

  /// `dx = (dy - y (y . dy)) / |x|`, overwritten; `dx` may be `dy`.
  public func backward(
    _ dy: Features, y: Features, norms: Features, rows: Int, into dx: MutableFeatures
  ) {
    for row in 0..<rows {
      let start = row * width
      var product = 0.0
      for column in start..<start + width { product += Double(y[column]) * Double(dy[column]) }
      for column in start..<start + width {
        dx[column] = (dy[column] - y[column] * Float(product)) / norms[row]
      }
    }
  }
}
