// SPDX-License-Identifier: Apache-2.0

/// How much smaller than the widest a channel may be stored.
enum ChannelRatios {
  /// A channel never gets a step finer than this part of the widest channel's: one that was silent
  /// on the calibration pictures may speak on others.
  static let smallest: Float = 1 / 4
  /// What a channel was seen to reach is widened by this, as other pictures will reach further.
  static let margin: Float = 1.25

  /// One ratio a channel for values that share them, so that every value divided by its channel's
  /// ratio stays within what its widest channel reaches.
  ///
  /// - Parameter statistics: of the values; all have the same channels.
  static func choose(_ statistics: [ChannelStatistics]) -> [Float] {
    guard let channels = statistics.first?.channels else { return [] }
    var ratios = [Float](repeating: smallest, count: channels)
    for value in statistics {
      let highest = value.maximum.reduce(0, max)
      let lowest = value.minimum.reduce(0, min)
      for channel in 0..<channels {
        let above = highest > 0 ? value.maximum[channel] / highest : 0
        let below = lowest < 0 ? value.minimum[channel] / lowest : 0
        ratios[channel] = max(ratios[channel], min(max(above, below) * margin, 1))
      }
    }
    return ratios
  }
}
