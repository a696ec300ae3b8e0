// SPDX-License-Identifier: Apache-2.0

/// How the range of an activation follows from what was seen of it.
public enum RangeMethod: Sendable, Equatable {
  /// Everything seen is representable.
  case minMax
  /// This percentage, 50...100, is representable; the rest, in equal parts at both ends, saturates.
  case percentile(Double)
  /// The range with the least mean squared error.
  case meanSquaredError
  /// Of `candidates`, the one that makes the least noise in the network's output, measured apart
  /// for each activation on pictures that were held out.
  case measured

  /// The gentlest first.
  static let candidates: [RangeMethod] = [
    .minMax, .percentile(99.99), .percentile(99.9), .percentile(99.5),
  ]

  /// The range to represent with levels `0...levels`; zero lies within.
  package func range(_ histogram: Histogram, levels: Int) -> (lower: Float, upper: Float) {
    switch self {
    case .minMax, .measured:
      return (min(histogram.lower, 0), max(histogram.upper, 0))
    case .percentile(let percentage):
      let tail = (1 - percentage / 100) / 2
      // A side that begins at zero has no tail to cut.
      if histogram.lower >= 0 { return (0, max(histogram.quantile(1 - 2 * tail), 0)) }
      return (min(histogram.quantile(tail), 0), max(histogram.quantile(1 - tail), 0))
    case .meanSquaredError:
      return leastSquares(histogram, levels: levels)
    }
  }

  private func leastSquares(_ histogram: Histogram, levels: Int) -> (lower: Float, upper: Float) {
    let shrinks = Array(stride(from: Float(1), to: 0.2, by: -0.025))
    var best = (lower: min(histogram.lower, 0), upper: max(histogram.upper, 0))
    var bestError = Double.infinity
    for low in histogram.lower < 0 ? shrinks : [1] {
      for high in shrinks {
        let range = (lower: histogram.lower * low, upper: histogram.upper * high)
        let (scale, zeroPoint) = ActivationQuantization.covering(
          lower: range.lower, upper: range.upper, levels: levels)
        let error = Self.squaredError(
          histogram, scale: scale, zeroPoint: zeroPoint, levels: levels)
        if error < bestError { (best, bestError) = (range, error) }
      }
    }
    return best
  }

  /// The sum of the squared errors of all values seen.
  static func squaredError(
    _ histogram: Histogram, scale: Float, zeroPoint: Int, levels: Int
  ) -> Double {
    let (low, high) = (-Float(zeroPoint), Float(levels - zeroPoint))
    var sum = 0.0
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let steps = histogram.center(bin) / scale
      let error = steps - min(max(steps.rounded(.toNearestOrEven), low), high)
      sum += Double(count) * Double(error * error)
    }
    return sum * Double(scale) * Double(scale)
  }
}
