// SPDX-License-Identifier: Apache-2.0

/// Colours that people with any kind of colour vision tell apart.
enum ChartPalette {
  static let ink = "#222222"
  static let faintInk = "#595959"
  static let axis = "#666666"
  static let grid = "#e2e2e2"
  /// Where a heat map has no value.
  static let missing = "#eeeeee"

  /// Okabe and Ito, "Color Universal Design" (2008), without the yellow, which white swallows.
  private static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
  ]
  private static let patterns = ["", "7 4", "2 3", "9 3 2 3"]

  /// Colour of a series; they repeat after seven.
  static func colour(_ index: Int) -> String { colours[index % colours.count] }

  /// Dashes of a series' line, so that a colour that repeats is another line.
  static func dashes(_ index: Int) -> String {
    patterns[index / colours.count % patterns.count]
  }

  /// Outline of a series' bars, so that a colour that repeats is another bar.
  static func outline(_ index: Int) -> String { index < colours.count ? "" : ink }

  /// White to dark blue, which gets darker all the way, and the colour of text upon it.
  ///
  /// - Parameter share: 0...1; beyond it, the nearest end.
  static func heat(_ share: Double) -> (fill: String, ink: String) {
    let stops: [[Double]] = [[247, 250, 253], [107, 164, 209], [8, 48, 100]]
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let first = min(Int(place), stops.count - 2)
    let rest = place - Double(first)
    let channels = (0..<3).map { channel in
      // Rounds half away from zero.
      Int((stops[first][channel] * (1 - rest) + stops[first + 1][channel] * rest).rounded())
    }
    let digits = channels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return ("#" + digits.joined(), place < 1.1 ? ink : "#ffffff")
  }
}
