// SPDX-License-Identifier: Apache-2.0

/// What an axis shows.
public struct ChartAxis: Sendable, Equatable, ExpressibleByStringLiteral {
  /// Quantity and unit, as "accuracy (%)".
  public var label: String
  /// The ends of the axis; nil where they follow from the values.
  public var bounds: ClosedRange<Double>?

  public init(_ label: String, bounds: ClosedRange<Double>? = nil) {
    self.label = label
    self.bounds = bounds
  }

  public init(stringLiteral label: String) { self.init(label) }
}

/// The rectangle that a chart's data are drawn in, with its vertical axis.
struct ChartFrame {
  var left: Double
  var top: Double
  var width: Double
  var height: Double

  var right: Double { left + width }
  var bottom: Double { top + height }

  /// Room for the labels of a vertical axis and its ticks.
  static func leftMargin(_ axis: ChartAxis, _ scale: ChartScale) -> Double {
    let widths = scale.ticks.map { ChartText.width(scale.label($0), size: 11) }
    return (widths.max() ?? 0) + (axis.label.isEmpty ? 18 : 38)
  }

  /// Grid lines, ticks and the label of the vertical axis.
  ///
  /// - Parameter labelLeft: where the axis's label stands.
  func drawVertical(
    _ axis: ChartAxis, _ scale: ChartScale, labelLeft: Double, on canvas: inout SVGCanvas
  ) {
    for tick in scale.ticks {
      let y = scale.place(tick, from: bottom, to: top)
      canvas.line(left, y, right, y, colour: tick == 0 ? ChartPalette.axis : ChartPalette.grid)
      canvas.text(
        scale.label(tick), x: left - 8, y: y + 4,
        font: SVGCanvas.Font(size: 11, colour: ChartPalette.faintInk), anchor: .end)
    }
    canvas.line(left, top, left, bottom, colour: ChartPalette.axis)
    canvas.text(
      axis.label, x: labelLeft + 14, y: top + height / 2, anchor: .middle, degrees: -90)
  }

  /// Said where there is nothing to draw.
  func drawNothing(on canvas: inout SVGCanvas) {
    canvas.text(
      "no data", x: left + width / 2, y: top + height / 2,
      font: SVGCanvas.Font(size: 13, colour: ChartPalette.faintInk), anchor: .middle)
  }
}
