// SPDX-License-Identifier: Apache-2.0

/// Charts below each other, as one picture.
package struct ChartPage: Chart {
  private static let gap = 14.0

  package var title: String
  package var charts: [any Chart]

  package init(title: String, _ charts: [any Chart]) {
    self.title = title
    self.charts = charts
  }

  /// The page as an SVG document. The same page gives the same bytes.
  package func svg() -> String { document() }

  package var summary: String {
    charts.map { "\($0.title): \($0.summary)" }.joined(separator: " ")
  }

  private var width: Double {
    let widths = charts.map(\.size.width)
    return max(widths.max() ?? 0, ChartHeading.width(title: title, names: []))
  }
  private var heading: ChartHeading { ChartHeading(title: title, names: [], width: width) }

  package var size: ChartSize {
    let heights = charts.map { $0.size.height + Self.gap }
    return ChartSize(width: width, height: heading.height + heights.reduce(0, +))
  }

  package func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    heading.draw(on: &canvas, x: x, y: y, areLines: false)
    var top = y + heading.height
    for chart in charts {
      chart.draw(on: &canvas, x: x, y: top)
      top += chart.size.height + Self.gap
    }
  }
}
