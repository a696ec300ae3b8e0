// SPDX-License-Identifier: Apache-2.0

/// How often the values of one activation fall into equal steps of a range known beforehand.
///
/// The values of a channel are divided by its ratio first. Counts are whole numbers, so the result
/// does not depend on the order of the pictures.
package struct Histogram: Sendable {
  package static let defaultBinCount = 4096

  /// The range that the bins divide; values beyond fall into the first or last bin.
  package let lower: Float
  package let upper: Float
  package private(set) var counts: [Int]

  package init(lower: Float, upper: Float, binCount: Int = defaultBinCount) {
    precondition(binCount > 0 && lower < upper, "a histogram needs a range")
    self.lower = lower
    self.upper = upper
    counts = [Int](repeating: 0, count: binCount)
  }

  package var total: Int { counts.reduce(0, +) }
  package var binWidth: Float { (upper - lower) / Float(counts.count) }

  /// The middle of a bin.
  package func center(_ bin: Int) -> Float { lower + (Float(bin) + 0.5) * binWidth }

  /// - Parameters:
  ///   - values: `[pixels][channels]`, finite.
  ///   - inverseRatios: what each channel is multiplied with, `[channels]`.
  package mutating func add(_ values: UnsafeBufferPointer<Float>, inverseRatios: [Float]) {
    let channels = inverseRatios.count
    let (lower, factor, last) = (self.lower, 1 / binWidth, Float(counts.count - 1))
    counts.withUnsafeMutableBufferPointer { counts in
      inverseRatios.withUnsafeBufferPointer { ratios in
        for start in stride(from: 0, to: values.count, by: channels) {
          for channel in 0..<channels {
            let position = (values[start + channel] * ratios[channel] - lower) * factor
            let bin = position > 0 ? (position < last ? position : last) : 0
            counts[Int(bin)] &+= 1
          }
        }
      }
    }
  }

  /// The value below which a fraction 0...1 of all lies, to the width of a bin, from either side.
  package func quantile(_ fraction: Double) -> Float {
    let wanted = Double(total) * fraction
    var below = 0.0
    for (bin, count) in counts.enumerated() {
      let next = below + Double(count)
      if next >= wanted && count > 0 {
        let part = Float((wanted - below) / Double(count))
        return lower + (Float(bin) + min(max(part, 0), 1)) * binWidth
      }
      below = next
    }
    return upper
  }
}
