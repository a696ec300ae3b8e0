// SPDX-License-Identifier: Apache-2.0

/// How much finer than the widest a channel may be stored.
enum ChannelRatios: CaseIterable {
  /// All channels alike.
  case even
  /// By what a channel reaches; no step is finer than a quarter of the widest channel's, because a
  /// channel that was silent on the calibration pictures may speak on others.
  case reach
  /// By what a channel reaches, to a sixteenth.
  case farReach
  /// By a channel's root mean square, to a sixteenth: rare large values are left to the range.
  case power

  /// What a channel was seen to reach is widened by this, as other pictures will reach further.
  static let margin: Float = 1.25

  var smallest: Float {
    switch self {
    case .even: 1
    case .reach: 1 / 4
    case .farReach, .power: 1 / 16
    }
  }

  /// One ratio a channel for values that share them. By reach, every value divided by its channel's
  /// ratio stays within what its widest channel reaches.
  ///
  /// - Parameter statistics: of the values; all have the same channels.
  func choose(_ statistics: [ChannelStatistics]) -> [Float] {
    guard let channels = statistics.first?.channels else { return [] }
    var ratios = [Float](repeating: smallest, count: channels)
    for value in statistics {
      let highest = value.maximum.reduce(0, max)
      let lowest = value.minimum.reduce(0, min)
      let strongest = (0..<channels).reduce(0) { max($0, value.meanSquare($1)) }
      for channel in 0..<channels {
        let above = highest > 0 ? value.maximum[channel] / highest : 0
        let below = lowest < 0 ? value.minimum[channel] / lowest : 0
        let power = strongest > 0 ? Float((value.meanSquare(channel) / strongest).squareRoot()) : 0
        let size = self == .power ? power : max(above, below)
        ratios[channel] = max(ratios[channel], min(size * Self.margin, 1))
      }
    }
    return ratios
  }
}
