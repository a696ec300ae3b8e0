// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Numbers and widths of text.
enum ChartText {
  /// Digits after the point; no sign where it rounds to zero. Rounds half to even, as C does.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(min(max(digits, 0), 17))f", value)
    return text.hasPrefix("-") && !text.contains { "123456789".contains($0) }
      ? String(text.dropFirst()) : text
  }

  /// Four significant digits at most.
  static func short(_ value: Double) -> String { String(format: "%.4g", value) }

  /// The width of a text in pixels, estimated: not less than any usual sans-serif font gives it.
  static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    let ems = text.unicodeScalars.reduce(0.0) { $0 + width($1) }
    return ems * size * (isBold ? 1.1 : 1)
  }

  /// In ems. DejaVu Sans is the widest of the fonts that charts ask for.
  private static func width(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", " ": 0.34
    case "f", "r", "t", "(", ")", "[", "]", "-", "/": 0.42
    case "m", "w", "M", "W", "@", "%": 0.98
    case "A"..."Z": 0.74
    case "\u{0}"..."\u{2FF}", "\u{2000}"..."\u{2BFF}": 0.64
    case "\u{300}"..."\u{36F}": 0
    default: 1
    }
  }

  /// Lines of whole words, none wider than `width` unless a word is.
  static func wrap(_ text: String, size: Double, isBold: Bool = false, to width: Double)
    -> [String]
  {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      let longer = (lines.last.map { $0 + " " } ?? "") + word
      if !lines.isEmpty, Self.width(longer, size: size, isBold: isBold) <= width {
        lines[lines.count - 1] = longer
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
