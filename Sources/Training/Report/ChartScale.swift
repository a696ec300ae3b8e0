// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Values to places on a line, with ticks at 1, 2 or 5 times a power of ten.
struct ChartScale {
  /// What is further away would be no picture.
  static let limit = 1e100

  let lower: Double
  let upper: Double
  let ticks: [Double]
  /// Ticks are multiples of `10^exponent`.
  private let exponent: Int

  /// - Parameters:
  ///   - values: what must be seen; those that are not finite are left out.
  ///   - bounds: the ends, if they are not to follow from the values.
  ///   - endsAtTicks: whether the ends are moved outwards to ticks.
  init(
    _ values: [Double], bounds: ClosedRange<Double>? = nil, endsAtTicks: Bool = true,
    tickCount: Int = 6
  ) {
    let values = values.filter(Self.isDrawable)
    var lower = bounds?.lowerBound ?? values.min() ?? 0
    var upper = bounds?.upperBound ?? values.max() ?? 1
    // Closer together than binary64 could divide.
    if upper - lower <= max(abs(lower), abs(upper)) * 1e-9 {
      let margin = lower == 0 ? 1 : abs(lower) * 0.1
      (lower, upper) = (lower - margin, upper + margin)
    }
    let (factor, exponent) = Self.step((upper - lower) / Double(max(tickCount - 1, 1)))
    let step = Self.multiple(factor, exponent)
    if endsAtTicks && bounds == nil {
      lower = Self.multiple((lower / step + 1e-6).rounded(.down) * factor, exponent)
      upper = Self.multiple((upper / step - 1e-6).rounded(.up) * factor, exponent)
    }
    let first = (lower / step - 1e-6).rounded(.up)
    let last = (upper / step + 1e-6).rounded(.down)
    ticks = stride(from: first, through: last, by: 1).map { Self.multiple($0 * factor, exponent) }
    (self.lower, self.upper, self.exponent) = (lower, upper, exponent)
  }

  static func isDrawable(_ value: Double) -> Bool { value.isFinite && abs(value) < limit }

  /// The smallest of 1, 2 and 5 times a power of ten that is not below `length`.
  private static func step(_ length: Double) -> (factor: Double, exponent: Int) {
    let exponent = Int(log10(length).rounded(.down))
    let rest = length / multiple(1, exponent)
    for factor in [1.0, 2, 5] where rest <= factor * (1 + 1e-9) { return (factor, exponent) }
    return (1, exponent + 1)
  }

  /// `count * 10^exponent`, with one rounding where the power is exact.
  private static func multiple(_ count: Double, _ exponent: Int) -> Double {
    exponent < 0 ? count / pow(10, Double(-exponent)) : count * pow(10, Double(exponent))
  }

  /// Where a value lies between two places; outside where it is beyond the ends.
  func place(_ value: Double, from start: Double, to end: Double) -> Double {
    start + (value - lower) / (upper - lower) * (end - start)
  }

  /// A tick in as few digits as tell all of them apart.
  func label(_ tick: Double) -> String {
    let largest = max(abs(lower), abs(upper))
    if exponent < -4 || largest >= 1e6 {
      guard tick != 0 else { return "0" }
      let power = Int((log10(abs(tick)) + 1e-9).rounded(.down))
      let digits = max(power - exponent, 0)
      return ChartText.fixed(Self.multiple(tick, -power), digits) + "e\(power)"
    }
    return ChartText.fixed(tick, max(-exponent, 0))
  }
}
