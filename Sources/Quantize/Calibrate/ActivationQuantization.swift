// SPDX-License-Identifier: Apache-2.0

/// How one activation is stored: `real[c] = ratios[c] * scale * (q - zeroPoint)`, q in 0...upper.
///
/// The file knows one scale a tensor. A ratio other than 1 means that the network in the file
/// computes a channel multiplied with `1 / ratio`, and that its readers' weights make up for that.
package struct ActivationQuantization: Sendable, Equatable {
  package var upper: Int
  package var scale: Float
  package var zeroPoint: Int
  /// One for each channel, > 0.
  package var ratios: [Float]

  package init(upper: Int, scale: Float, zeroPoint: Int, ratios: [Float]) {
    self.upper = upper
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.ratios = ratios
  }

  /// The finest scale whose levels reach `lower` and `upper` and hold zero exactly.
  ///
  /// - Returns: scale and zero point for levels `0...levels`.
  package static func covering(lower: Float, upper: Float, levels: Int) -> (
    scale: Float, zeroPoint: Int
  ) {
    let low = min(lower, 0)
    let high = max(upper, 0)
    guard high - low > .leastNormalMagnitude * 1e6 else { return (1 / Float(levels), 0) }
    let exact = Int((-low / (high - low) * Float(levels)).rounded(.down))
    // A side that exists gets at least one level.
    let least = low < 0 ? 1 : 0
    let most = high > 0 ? levels - 1 : levels
    func scale(_ zeroPoint: Int) -> Float {
      let below = zeroPoint > 0 ? -low / Float(zeroPoint) : 0
      let above = zeroPoint < levels ? high / Float(levels - zeroPoint) : 0
      return max(below, above)
    }
    // More levels below make that side finer and the other coarser, so the best is beside `exact`;
    // the nearer one need not be it.
    let down = min(max(exact, least), most)
    let up = min(max(exact + 1, least), most)
    return scale(up) < scale(down) ? (scale(up), up) : (scale(down), down)
  }

  /// The level of a value of a channel whose ratio is 1: half to even, within 0...upper.
  package func level(_ value: Float) -> Int {
    let scaled = (value / scale).rounded(.toNearestOrEven) + Float(zeroPoint)
    return Int(min(max(scaled, 0), Float(upper)))
  }

  /// The value of a level, for a ratio of 1.
  package func value(_ level: Int) -> Float { scale * Float(level - zeroPoint) }
}
