// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where everything of a heat map lies.
struct HeatMapLayout {
  private static let font = 12.0
  private static let cellHeight = 30.0
  /// Labels of columns that are wider than their cells are turned by this.
  private static let degrees = -40.0
  private static let legendWidth = 12.0

  private let chart: HeatMap
  private let heading: ChartHeading
  private let cellWidth: Double
  private let rowWidth: Double
  private let columnHeight: Double
  private let legendLabels: [String]
  private let isTurned: Bool
  private let lower: Double
  private let upper: Double
  private let width: Double

  init(_ chart: HeatMap) {
    self.chart = chart
    let values = chart.values.joined().filter(ChartScale.isDrawable)
    lower = chart.bounds?.lowerBound ?? values.min() ?? 0
    upper = chart.bounds?.upperBound ?? values.max() ?? 1
    let widest = Self.widest(values.map { ChartText.fixed($0, chart.digits) })
    let columnWidth = Self.widest(chart.columns)
    isTurned = columnWidth + 8 > max(widest + 14, 92)
    cellWidth = max(widest + 14, isTurned ? 34 : columnWidth + 8, 34)
    let radians = -Self.degrees * .pi / 180
    columnHeight = isTurned ? columnWidth * sin(radians) + 16 : 22
    rowWidth = Self.widest(chart.rows) + (chart.rowLabel.isEmpty ? 24 : 42)
    legendLabels = [upper, lower].map { ChartText.fixed($0, chart.digits) }
    let overhang = isTurned ? columnWidth * cos(radians) - cellWidth / 2 : 0
    let legend = 18 + Self.legendWidth + 6 + Self.widest(legendLabels) + 14
    let content = rowWidth + Double(chart.columns.count) * cellWidth + max(legend, overhang + 12)
    width = max(
      content, ChartHeading.width(title: chart.title, names: []),
      rowWidth + ChartText.width(chart.columnLabel, size: Self.font) + 16, 320)
    heading = ChartHeading(title: chart.title, names: [], width: width)
  }

  private static func widest(_ texts: [String]) -> Double {
    texts.map { ChartText.width($0, size: font) }.max() ?? 0
  }

  private var columnLabelHeight: Double { chart.columnLabel.isEmpty ? 0 : 18 }
  /// Rows of a small map are so high that the label of the rows has room.
  private var rowHeight: Double {
    let label = ChartText.width(chart.rowLabel, size: Self.font)
    return max(Self.cellHeight, label / Double(max(chart.rows.count, 1)))
  }
  private var gridHeight: Double { Double(max(chart.rows.count, 1)) * rowHeight }

  var size: ChartSize {
    ChartSize(
      width: width, height: heading.height + columnLabelHeight + columnHeight + gridHeight + 16)
  }

  func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    heading.draw(on: &canvas, x: x, y: y, areLines: false)
    let frame = ChartFrame(
      left: x + rowWidth, top: y + heading.height + columnLabelHeight + columnHeight,
      width: Double(chart.columns.count) * cellWidth, height: gridHeight)
    canvas.text(chart.columnLabel, x: frame.left, y: y + heading.height + 12)
    canvas.text(
      chart.rowLabel, x: x + 20, y: frame.top + frame.height / 2, anchor: .middle, degrees: -90)
    drawNames(frame, on: &canvas)
    let hasData = chart.values.joined().contains(where: ChartScale.isDrawable)
    guard hasData else {
      return canvas.text(
        "no data", x: frame.left + 8, y: frame.top + rowHeight / 2 + 4,
        font: SVGCanvas.Font(size: 13, colour: ChartPalette.faintInk))
    }
    for row in chart.rows.indices {
      for column in chart.columns.indices { drawCell(row, column, frame, on: &canvas) }
    }
    drawLegend(left: frame.right + 18, frame, on: &canvas)
  }

  private func drawNames(_ frame: ChartFrame, on canvas: inout SVGCanvas) {
    for (index, name) in chart.columns.enumerated() {
      canvas.text(
        name, x: frame.left + (Double(index) + 0.5) * cellWidth, y: frame.top - 7,
        font: SVGCanvas.Font(size: Self.font), anchor: isTurned ? .start : .middle,
        degrees: isTurned ? Self.degrees : 0)
    }
    for (index, name) in chart.rows.enumerated() {
      canvas.text(
        name, x: frame.left - 8, y: frame.top + (Double(index) + 0.5) * rowHeight + 4,
        font: SVGCanvas.Font(size: Self.font), anchor: .end)
    }
  }

  private func drawCell(
    _ row: Int, _ column: Int, _ frame: ChartFrame, on canvas: inout SVGCanvas
  ) {
    let value = chart.values[row][column]
    let isDrawable = ChartScale.isDrawable(value)
    let share = upper > lower ? (value - lower) / (upper - lower) : 0.5
    let colours =
      isDrawable ? ChartPalette.heat(share) : (ChartPalette.missing, ChartPalette.ink)
    let text = isDrawable ? ChartText.fixed(value, chart.digits) : ""
    let left = frame.left + Double(column) * cellWidth
    let top = frame.top + Double(row) * rowHeight
    canvas.rectangle(
      x: left, y: top, width: cellWidth, height: rowHeight, fill: colours.0,
      outline: "#ffffff",
      hint: isDrawable ? "\(chart.rows[row]), \(chart.columns[column]): \(text)" : "")
    canvas.text(
      text, x: left + cellWidth / 2, y: top + rowHeight / 2 + 4,
      font: SVGCanvas.Font(size: Self.font, colour: colours.1), anchor: .middle)
  }

  /// A bar of all colours, the largest value at the top.
  private func drawLegend(left: Double, _ frame: ChartFrame, on canvas: inout SVGCanvas) {
    guard upper > lower else { return }
    let steps = 32
    let height = frame.height / Double(steps)
    for step in 0..<steps {
      let share = 1 - (Double(step) + 0.5) / Double(steps)
      // A little higher than the step, so that no seam shows.
      canvas.rectangle(
        x: left, y: frame.top + Double(step) * height, width: Self.legendWidth,
        height: step == steps - 1 ? height : height + 0.5, fill: ChartPalette.heat(share).fill)
    }
    for (index, label) in legendLabels.enumerated() {
      canvas.text(
        label, x: left + Self.legendWidth + 6, y: index == 0 ? frame.top + 10 : frame.bottom,
        font: SVGCanvas.Font(size: 11, colour: ChartPalette.faintInk))
    }
  }
}
