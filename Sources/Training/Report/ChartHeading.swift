// SPDX-License-Identifier: Apache-2.0

/// The title of a chart and, below it, its legend.
struct ChartHeading {
  private static let titleFont = SVGCanvas.Font(size: 15, isBold: true)
  private static let lineHeight = 20.0
  private static let swatch = 22.0
  private static let margin = 16.0

  private struct Entry {
    var index: Int
    var name: String
    var x: Double
    var row: Int
  }

  private let lines: [String]
  private let entries: [Entry]
  private let rowCount: Int

  /// - Parameters:
  ///   - names: what the legend explains; none is drawn where they are empty.
  ///   - width: of the chart.
  init(title: String, names: [String], width: Double) {
    lines = ChartText.wrap(
      title, size: Self.titleFont.size, isBold: true, to: width - 2 * Self.margin)
    var entries: [Entry] = []
    var x = Self.margin
    var row = 0
    for (index, name) in names.enumerated() where !name.isEmpty {
      let length = Self.swatch + 6 + ChartText.width(name, size: 12) + 18
      if x > Self.margin && x + length > width { (x, row) = (Self.margin, row + 1) }
      entries.append(Entry(index: index, name: name, x: x, row: row))
      x += length
    }
    self.entries = entries
    rowCount = entries.isEmpty ? 0 : row + 1
  }

  /// The narrowest chart that has room for each word and each entry.
  static func width(title: String, names: [String]) -> Double {
    let words = title.split(whereSeparator: \.isWhitespace).map {
      ChartText.width(String($0), size: titleFont.size, isBold: true)
    }
    let entries = names.map { swatch + 6 + ChartText.width($0, size: 12) }
    return ((words + entries).max() ?? 0) + 2 * margin
  }

  var height: Double { 10 + Double(lines.count + rowCount) * Self.lineHeight + 12 }

  func draw(on canvas: inout SVGCanvas, x: Double, y: Double, areLines: Bool) {
    for (index, line) in lines.enumerated() {
      canvas.text(
        line, x: x + Self.margin, y: y + 10 + Double(index + 1) * Self.lineHeight - 5,
        font: Self.titleFont)
    }
    for entry in entries {
      let middle = y + 10 + (Double(lines.count + entry.row) + 0.5) * Self.lineHeight
      let colour = ChartPalette.colour(entry.index)
      if areLines {
        canvas.line(
          x + entry.x, middle, x + entry.x + Self.swatch, middle, colour: colour, width: 2.5,
          dashes: ChartPalette.dashes(entry.index))
      } else {
        canvas.rectangle(
          x: x + entry.x + 4, y: middle - 6, width: 12, height: 12, fill: colour,
          outline: ChartPalette.outline(entry.index))
      }
      canvas.text(entry.name, x: x + entry.x + Self.swatch + 6, y: middle + 4)
    }
  }
}
