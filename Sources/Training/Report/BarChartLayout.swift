// SPDX-License-Identifier: Apache-2.0

/// Where everything of a bar chart lies.
struct BarChartLayout {
  private static let plotHeight = 260.0
  private static let gap = 26.0
  private static let valueFont = 10.5
  private static let groupFont = 12.0
  private static let lineHeight = 15.0

  private let chart: BarChart
  private let scale: ChartScale
  private let heading: ChartHeading
  private let leftMargin: Double
  private let barWidth: Double
  private let slotWidth: Double
  private let groupLines: [[String]]
  private let width: Double

  init(_ chart: BarChart) {
    self.chart = chart
    let values = chart.series.flatMap(\.values).filter(\.isDrawable)
    scale = ChartScale(
      [0] + values.flatMap { [$0.mean - $0.error, $0.mean + $0.error] }, bounds: chart.y.bounds)
    leftMargin = ChartFrame.leftMargin(chart.y, scale)
    let labels = values.flatMap(chart.label).map { ChartText.width($0, size: Self.valueFont) }
    let barWidth = max(26, (labels.max() ?? 0) + 5)
    self.barWidth = barWidth
    let words = chart.groups.flatMap { $0.split(whereSeparator: \.isWhitespace) }
    let longest = words.map { ChartText.width(String($0), size: Self.groupFont) }.max() ?? 0
    let slotWidth = max(Double(chart.series.count) * barWidth, longest, 60)
    self.slotWidth = slotWidth
    groupLines = chart.groups.map {
      ChartText.wrap($0, size: Self.groupFont, to: slotWidth + Self.gap / 2)
    }
    let names = chart.series.map(\.name)
    width = max(
      leftMargin + Double(max(chart.groups.count, 1)) * (slotWidth + Self.gap) + 16,
      ChartHeading.width(title: chart.title, names: names), 360)
    heading = ChartHeading(title: chart.title, names: names, width: width)
  }

  /// Values stand beyond the ends of their bars.
  private var valueHeight: Double {
    let hasErrors = chart.series.flatMap(\.values).contains { $0.isDrawable && $0.error > 0 }
    return hasErrors ? 28 : 16
  }
  private var valueHeightBelow: Double { scale.lower < 0 ? valueHeight : 0 }
  private var groupHeight: Double {
    Double(groupLines.map(\.count).max() ?? 0) * Self.lineHeight + 14
  }

  var size: ChartSize {
    ChartSize(
      width: width,
      height: heading.height + valueHeight + Self.plotHeight + valueHeightBelow + groupHeight)
  }

  func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    heading.draw(on: &canvas, x: x, y: y, areLines: false)
    let frame = ChartFrame(
      left: x + leftMargin, top: y + heading.height + valueHeight,
      width: width - leftMargin - 16, height: Self.plotHeight)
    frame.drawVertical(chart.y, scale, labelLeft: x, on: &canvas)
    let slot = frame.width / Double(max(chart.groups.count, 1))
    for group in chart.groups.indices {
      let middle = frame.left + (Double(group) + 0.5) * slot
      for (line, text) in groupLines[group].enumerated() {
        let baseline = frame.bottom + valueHeightBelow + Double(line + 1) * Self.lineHeight
        canvas.text(
          text, x: middle, y: baseline, font: SVGCanvas.Font(size: Self.groupFont),
          anchor: .middle)
      }
      let left = middle - Double(chart.series.count) * barWidth / 2
      for index in chart.series.indices {
        draw(
          index, group, left: left + Double(index) * barWidth, frame, on: &canvas)
      }
    }
    let hasData = chart.series.contains { $0.values.contains(where: \.isDrawable) }
    if !hasData { frame.drawNothing(on: &canvas) }
  }

  private func draw(
    _ index: Int, _ group: Int, left: Double, _ frame: ChartFrame, on canvas: inout SVGCanvas
  ) {
    let series = chart.series[index]
    let value = series.values[group]
    guard value.isDrawable else { return }
    func place(_ value: Double) -> Double {
      scale.place(min(max(value, scale.lower), scale.upper), from: frame.bottom, to: frame.top)
    }
    let (zero, end) = (place(0), place(value.mean))
    let lines = chart.label(value)
    let name = [chart.groups[group], series.name].filter { !$0.isEmpty }.joined(separator: ", ")
    canvas.rectangle(
      x: left + 2, y: min(zero, end), width: barWidth - 4, height: abs(zero - end),
      fill: ChartPalette.colour(index), outline: ChartPalette.outline(index),
      hint: name + ": " + lines.joined(separator: " "))
    let middle = left + barWidth / 2
    let (high, low) = (place(value.mean + value.error), place(value.mean - value.error))
    if value.error > 0 {
      canvas.line(middle, high, middle, low, colour: ChartPalette.ink, width: 1.2)
      for y in [high, low] {
        canvas.line(middle - 4, y, middle + 4, y, colour: ChartPalette.ink, width: 1.2)
      }
    }
    let isUp = value.mean >= 0
    for (line, text) in lines.enumerated() {
      let offset = isUp ? -5 - Double(lines.count - 1 - line) * 12 : 13 + Double(line) * 12
      canvas.text(
        text, x: middle, y: (isUp ? min(high, end) : max(low, end)) + offset,
        font: SVGCanvas.Font(size: Self.valueFont), anchor: .middle)
    }
  }
}
