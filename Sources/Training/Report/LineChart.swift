// SPDX-License-Identifier: Apache-2.0

/// Curves over one horizontal axis, in one panel or two above each other: loss and accuracy of a
/// training, with its stages marked.
public struct LineChart: Chart {
  public struct Series: Sendable {
    public var name: String
    /// In the order in which the line goes. What is not finite, or left or right of the bounds of
    /// the axis, is left out, and the line is interrupted there; what is above or below lies on the
    /// edge.
    public var points: [(x: Double, y: Double)]

    public init(_ name: String, _ points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points
    }
  }

  /// Curves with a vertical axis of their own. A name has the same colour in all panels.
  public struct Panel: Sendable {
    public var y: ChartAxis
    public var series: [Series]

    public init(y: ChartAxis, series: [Series]) {
      self.y = y
      self.series = series
    }
  }

  /// A vertical line through all panels: where a stage begins, which checkpoint was chosen.
  public struct Marker: Sendable {
    public var x: Double
    public var label: String

    public init(x: Double, label: String) {
      self.x = x
      self.label = label
    }
  }

  public var title: String
  public var x: ChartAxis
  /// From top to bottom.
  public var panels: [Panel]
  public var markers: [Marker]

  /// - Parameter second: a panel below the first one.
  public init(
    title: String, x: ChartAxis, y: ChartAxis, series: [Series], second: Panel? = nil,
    markers: [Marker] = []
  ) {
    self.title = title
    self.x = x
    self.panels = [Panel(y: y, series: series)] + (second.map { [$0] } ?? [])
    self.markers = markers
  }

  /// The chart as an SVG document. The same chart gives the same bytes.
  public func svg() -> String { document() }

  package var summary: String {
    var sentences: [String] = []
    for panel in panels {
      for series in panel.series {
        let points = series.points.filter { Self.isDrawable($0) }
        guard let first = points.first, let last = points.last else {
          sentences.append("\(panel.y.label), \(series.name): no data.")
          continue
        }
        sentences.append(
          "\(panel.y.label), \(series.name): \(points.count) points, "
            + "\(ChartText.short(first.y)) at \(ChartText.short(first.x)) to "
            + "\(ChartText.short(last.y)) at \(ChartText.short(last.x)).")
      }
    }
    for marker in markers where marker.x.isFinite {
      sentences.append("\(marker.label) at \(ChartText.short(marker.x)).")
    }
    return sentences.joined(separator: " ")
  }

  package var size: ChartSize { LineChartLayout(self).size }

  package func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    LineChartLayout(self).draw(on: &canvas, x: x, y: y)
  }

  static func isDrawable(_ point: (x: Double, y: Double)) -> Bool {
    ChartScale.isDrawable(point.x) && ChartScale.isDrawable(point.y)
  }
}
