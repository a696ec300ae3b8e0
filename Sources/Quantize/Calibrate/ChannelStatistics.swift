// SPDX-License-Identifier: Apache-2.0

/// Extremes and moments of each channel of one activation over all pictures and pixels.
package struct ChannelStatistics: Sendable {
  package private(set) var minimum: [Float]
  package private(set) var maximum: [Float]
  package private(set) var sum: [Double]
  package private(set) var squareSum: [Double]
  /// Pixels seen, of all pictures together.
  package private(set) var count = 0

  package init(channels: Int) {
    minimum = [Float](repeating: .infinity, count: channels)
    maximum = [Float](repeating: -.infinity, count: channels)
    sum = [Double](repeating: 0, count: channels)
    squareSum = [Double](repeating: 0, count: channels)
  }

  package var channels: Int { minimum.count }

  package func mean(_ channel: Int) -> Double { sum[channel] / Double(max(count, 1)) }
  package func meanSquare(_ channel: Int) -> Double {
    squareSum[channel] / Double(max(count, 1))
  }

  /// - Parameter values: one picture's activation, `[pixels][channels]`.
  /// - Returns: whether all values are finite.
  package mutating func add(_ values: UnsafeBufferPointer<Float>) -> Bool {
    let channels = self.channels
    guard let base = values.baseAddress, channels > 0 else { return true }
    // One row of pixels at a time in single precision, then in double: exact enough and fast.
    let chunk = 64
    let pixels = values.count / channels
    var rowSum = [Float](repeating: 0, count: channels)
    var rowSquares = [Float](repeating: 0, count: channels)
    for start in stride(from: 0, to: pixels, by: chunk) {
      for pixel in start..<min(start + chunk, pixels) {
        let row = base + pixel * channels
        addRow(row, sum: &rowSum, squares: &rowSquares)
      }
      for channel in 0..<channels {
        sum[channel] += Double(rowSum[channel])
        squareSum[channel] += Double(rowSquares[channel])
        (rowSum[channel], rowSquares[channel]) = (0, 0)
      }
    }
    count += pixels
    return sum.allSatisfy(\.isFinite) && squareSum.allSatisfy(\.isFinite)
  }

  /// As if all that `other` saw had been seen here too.
  package mutating func merge(_ other: ChannelStatistics) {
    for channel in minimum.indices {
      minimum[channel] = min(minimum[channel], other.minimum[channel])
      maximum[channel] = max(maximum[channel], other.maximum[channel])
      sum[channel] += other.sum[channel]
      squareSum[channel] += other.squareSum[channel]
    }
    count += other.count
  }

  private mutating func addRow(
    _ row: UnsafePointer<Float>, sum: inout [Float], squares: inout [Float]
  ) {
    let channels = self.channels
    minimum.withUnsafeMutableBufferPointer { minimum in
      maximum.withUnsafeMutableBufferPointer { maximum in
        sum.withUnsafeMutableBufferPointer { sum in
          squares.withUnsafeMutableBufferPointer { squares in
            for channel in 0..<channels {
              let value = row[channel]
              minimum[channel] = value < minimum[channel] ? value : minimum[channel]
              maximum[channel] = value > maximum[channel] ? value : maximum[channel]
              sum[channel] += value
              squares[channel] += value * value
            }
          }
        }
      }
    }
  }
}
