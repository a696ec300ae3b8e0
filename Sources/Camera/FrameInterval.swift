// SPDX-License-Identifier: Apache-2.0

/// Rates and V4L2's seconds a frame.
enum FrameInterval {
  /// Frames a second; nil for a fraction that says nothing.
  static func rate(_ numerator: UInt32, _ denominator: UInt32) -> Double? {
    numerator == 0 || denominator == 0 ? nil : Double(denominator) / Double(numerator)
  }

  /// Whole rates as 1/n; 29.97 and the like over 1001; any other in thousandths of a frame, rounded
  /// half up.
  ///
  /// - Parameter rate: above 0.
  static func fraction(_ rate: Double) -> (numerator: UInt32, denominator: UInt32) {
    let rate = min(max(rate, 0.001), 1_000_000)
    let whole = (rate + 0.5).rounded(.down)
    if abs(rate - whole) < 0.001, whole >= 1 { return (1, UInt32(whole)) }
    let film = rate * 1001 / 1000
    let wholeFilm = (film + 0.5).rounded(.down)
    if abs(film - wholeFilm) < 0.001, wholeFilm >= 1 { return (1001, UInt32(wholeFilm) * 1000) }
    return (1000, UInt32((rate * 1000 + 0.5).rounded(.down)))
  }
}
