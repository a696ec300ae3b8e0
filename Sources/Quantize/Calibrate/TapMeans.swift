// SPDX-License-Identifier: Apache-2.0

/// The mean of what each tap of a convolution reads, in steps from the zero point, over pictures
/// and output pixels: with them the mean output of any weights is one sum.
struct TapMeans {
  /// `[taps][input channels]`.
  private(set) var sums: [Int]
  private var count = 0
  private let geometry: ConvolutionGeometry
  private let zeroPoint: Int

  init(_ geometry: ConvolutionGeometry, zeroPoint: Int) {
    self.geometry = geometry
    self.zeroPoint = zeroPoint
    sums = [Int](repeating: 0, count: geometry.taps * geometry.input.channels)
  }

  mutating func add(_ input: [UInt8]) {
    let channels = geometry.input.channels
    count += geometry.outputPixels
    for tap in 0..<geometry.taps {
      var tapSums = [Int32](repeating: 0, count: channels)
      var inside = 0
      for row in 0..<geometry.output.height {
        for column in 0..<geometry.output.width {
          guard let pixel = geometry.inputPixel(row: row, column: column, tap: tap) else {
            continue
          }
          inside += 1
          input.withUnsafeBufferPointer { input in
            for channel in 0..<channels {
              tapSums[channel] &+= Int32(input[pixel * channels + channel])
            }
          }
        }
      }
      for channel in 0..<channels {
        sums[tap * channels + channel] += Int(tapSums[channel]) - inside * zeroPoint
      }
    }
  }

  /// The mean of `sum(weight * (q - zeroPoint))` for the weights of one output channel.
  ///
  /// - Parameters:
  ///   - weights: `[taps][inputs]` of the channel.
  ///   - firstInput: the first input channel that its group reads.
  func mean(weights: [Double], firstInput: Int) -> Double {
    let length = weights.count / geometry.taps
    var sum = 0.0
    for tap in 0..<geometry.taps {
      let base = tap * geometry.input.channels + firstInput
      for i in 0..<length { sum += weights[tap * length + i] * Double(sums[base + i]) }
    }
    return sum / Double(max(count, 1))
  }
}
