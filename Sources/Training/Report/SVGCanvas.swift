// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Elements of an SVG picture, in the order in which they are painted. Lengths are in pixels.
package struct SVGCanvas {
  enum Anchor: String {
    case start, middle, end
  }

  /// How a text looks.
  struct Font {
    var size = 12.0
    var isBold = false
    var colour = ChartPalette.ink
    /// Whether white around it covers what it crosses.
    var hasHalo = false
  }

  private var body = ""

  /// What the document contains, with `title` and `summary` for those who cannot see it.
  func document(title: String, summary: String, size: ChartSize) -> String {
    let width = Self.number(size.width)
    let height = Self.number(size.height)
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" role="img" aria-label="\(Self.escape(title))" \
      font-family="Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif">
      <title>\(Self.escape(title))</title>
      <desc>\(Self.escape(summary))</desc>
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>
      \(body)</svg>

      """
  }

  mutating func text(
    _ text: String, x: Double, y: Double, font: Font = Font(), anchor: Anchor = .start,
    degrees: Double = 0
  ) {
    guard !text.isEmpty else { return }
    var attributes = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
    attributes += " font-size=\"\(Self.number(font.size))\" fill=\"\(font.colour)\""
    if font.isBold { attributes += " font-weight=\"bold\"" }
    if font.hasHalo {
      attributes += " stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\""
    }
    if anchor != .start { attributes += " text-anchor=\"\(anchor.rawValue)\"" }
    if degrees != 0 {
      attributes +=
        " transform=\"rotate(\(Self.number(degrees)) \(Self.number(x)) \(Self.number(y)))\""
    }
    body += "<text \(attributes)>\(Self.escape(text))</text>\n"
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String, width: Double = 1,
    dashes: String = ""
  ) {
    let pattern = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
    body += "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\""
    body += " y2=\"\(Self.number(y2))\" stroke=\"\(colour)\" stroke-width=\"\(Self.number(width))\""
    body += "\(pattern)/>\n"
  }

  mutating func polyline(_ points: [(x: Double, y: Double)], colour: String, dashes: String) {
    let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    let pattern = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
    body += "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.8\""
    body += " stroke-linejoin=\"round\"\(pattern)/>\n"
  }

  /// - Parameter hint: what a viewer may show when it is pointed at.
  mutating func circle(_ x: Double, _ y: Double, radius: Double, colour: String, hint: String) {
    body += "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\""
    body += " fill=\"\(colour)\"><title>\(Self.escape(hint))</title></circle>\n"
  }

  /// - Parameter hint: what a viewer may show when it is pointed at.
  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, outline: String = "",
    hint: String = ""
  ) {
    var attributes = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
    attributes += " width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
    attributes += " fill=\"\(fill)\""
    if !outline.isEmpty { attributes += " stroke=\"\(outline)\"" }
    let title = hint.isEmpty ? "/>" : "><title>\(Self.escape(hint))</title></rect>"
    body += "<rect \(attributes)\(title)\n"
  }

  /// Two digits after the point at most, in the same way everywhere.
  static func number(_ value: Double) -> String {
    let text = String(format: "%.2f", value)
    guard let point = text.lastIndex(of: ".") else { return text }
    let fraction = text[point...].reversed().drop { $0 == "0" || $0 == "." }.reversed()
    let whole = text[..<point]
    if fraction.isEmpty { return whole == "-0" ? "0" : String(whole) }
    return whole + String(fraction)
  }

  /// Text for elements and attributes. XML 1.0 has no place for most control characters.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n", "\r": escaped += " "
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
