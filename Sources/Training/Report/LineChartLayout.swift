// SPDX-License-Identifier: Apache-2.0

/// Where everything of a line chart lies.
struct LineChartLayout {
  private static let width = 760.0
  private static let panelHeight = 230.0
  private static let panelGap = 22.0
  private static let markerRow = 16.0
  /// Lines of more points are drawn by the extremes of each column of pixels.
  private static let pointLimit = 3000
  /// Lines of fewer points have a dot at each.
  private static let dotLimit = 60

  private let chart: LineChart
  private let names: [String]
  private let heading: ChartHeading
  private let horizontal: ChartScale
  private let scales: [ChartScale]
  private let leftMargin: Double
  /// Row of each marker's label, and whether it lies left of its line; nil for what is not drawn.
  private let labels: [(row: Int, isLeft: Bool)?]

  init(_ chart: LineChart) {
    self.chart = chart
    var names: [String] = []
    for name in chart.panels.flatMap(\.series).map(\.name) where !names.contains(name) {
      names.append(name)
    }
    self.names = names
    heading = ChartHeading(title: chart.title, names: names, width: Self.width)
    let points = chart.panels.flatMap(\.series).flatMap(\.points).filter(LineChart.isDrawable)
    let marked = chart.markers.map(\.x)
    let horizontal = ChartScale(
      points.map(\.x) + marked, bounds: chart.x.bounds, endsAtTicks: false, tickCount: 10)
    self.horizontal = horizontal
    let scales = chart.panels.map { panel in
      ChartScale(
        panel.series.flatMap(\.points).filter(LineChart.isDrawable).map(\.y),
        bounds: panel.y.bounds)
    }
    self.scales = scales
    let leftMargin =
      zip(chart.panels, scales).map { ChartFrame.leftMargin($0.y, $1) }.max() ?? 0
    self.leftMargin = leftMargin
    labels = Self.labelPlaces(chart.markers, horizontal, from: leftMargin, to: Self.width - 20)
  }

  /// Labels of markers side by side where they fit, else in rows. From right to left, so that the
  /// line of a marker whose label is higher passes left of the labels below.
  private static func labelPlaces(
    _ markers: [LineChart.Marker], _ scale: ChartScale, from left: Double, to right: Double
  ) -> [(row: Int, isLeft: Bool)?] {
    var taken: [[ClosedRange<Double>]] = []
    var places = [(row: Int, isLeft: Bool)?](repeating: nil, count: markers.count)
    for index in markers.indices.sorted(by: { (markers[$0].x, $0) > (markers[$1].x, $1) }) {
      let marker = markers[index]
      guard marker.x >= scale.lower && marker.x <= scale.upper else { continue }
      let x = scale.place(marker.x, from: left, to: right)
      let width = ChartText.width(marker.label, size: 11) + 6
      let isLeft = x + width > right && x - width > 0
      let span = isLeft ? x - width...x : x...x + width
      var row = 0
      while row < taken.count, taken[row].contains(where: { $0.overlaps(span) }) { row += 1 }
      if row == taken.count { taken.append([]) }
      taken[row].append(span)
      places[index] = (row, isLeft)
    }
    return places
  }

  private var markerHeight: Double {
    Double((labels.compactMap { $0?.row }.max() ?? -1) + 1) * Self.markerRow
  }

  var size: ChartSize {
    let panels = Double(chart.panels.count) * (Self.panelHeight + Self.panelGap)
    return ChartSize(
      width: Self.width, height: heading.height + markerHeight + panels - Self.panelGap + 50)
  }

  private func frame(_ panel: Int, x: Double, y: Double) -> ChartFrame {
    ChartFrame(
      left: x + leftMargin,
      top: y + heading.height + markerHeight + Double(panel) * (Self.panelHeight + Self.panelGap),
      width: Self.width - 20 - leftMargin, height: Self.panelHeight)
  }

  func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    heading.draw(on: &canvas, x: x, y: y, areLines: true)
    for (index, panel) in chart.panels.enumerated() {
      let frame = frame(index, x: x, y: y)
      drawGrid(frame, hasLabels: index == chart.panels.count - 1, on: &canvas)
      frame.drawVertical(panel.y, scales[index], labelLeft: x, on: &canvas)
      if panel.series.allSatisfy({ !$0.points.contains(where: LineChart.isDrawable) }) {
        frame.drawNothing(on: &canvas)
      }
    }
    drawMarkers(x: x, y: y, on: &canvas)
    for (index, panel) in chart.panels.enumerated() {
      for series in panel.series {
        draw(series, scales[index], frame(index, x: x, y: y), on: &canvas)
      }
    }
  }

  private func drawGrid(_ frame: ChartFrame, hasLabels: Bool, on canvas: inout SVGCanvas) {
    for tick in horizontal.ticks {
      let place = horizontal.place(tick, from: frame.left, to: frame.right)
      canvas.line(place, frame.top, place, frame.bottom, colour: ChartPalette.grid)
      guard hasLabels else { continue }
      canvas.text(
        horizontal.label(tick), x: place, y: frame.bottom + 16,
        font: SVGCanvas.Font(size: 11, colour: ChartPalette.faintInk), anchor: .middle)
    }
    canvas.line(frame.left, frame.bottom, frame.right, frame.bottom, colour: ChartPalette.axis)
    guard hasLabels else { return }
    canvas.text(
      chart.x.label, x: frame.left + frame.width / 2, y: frame.bottom + 36, anchor: .middle)
  }

  private func drawMarkers(x: Double, y: Double, on canvas: inout SVGCanvas) {
    let top = frame(0, x: x, y: y)
    let bottom = frame(chart.panels.count - 1, x: x, y: y).bottom
    for (marker, label) in zip(chart.markers, labels) {
      guard let label else { continue }
      let place = horizontal.place(marker.x, from: top.left, to: top.right)
      let baseline = top.top - 5 - Double(label.row) * Self.markerRow
      canvas.line(
        place, baseline - 9, place, bottom, colour: ChartPalette.faintInk, dashes: "4 3")
      canvas.text(
        marker.label, x: place + (label.isLeft ? -4 : 4), y: baseline,
        font: SVGCanvas.Font(size: 11, hasHalo: true), anchor: label.isLeft ? .end : .start)
    }
  }

  private func draw(
    _ series: LineChart.Series, _ scale: ChartScale, _ frame: ChartFrame,
    on canvas: inout SVGCanvas
  ) {
    let index = names.firstIndex(of: series.name) ?? 0
    let hasDots = series.points.count < Self.dotLimit
    for run in series.points.split(whereSeparator: { !isInside($0) }) {
      let places = run.map { point in
        (
          x: horizontal.place(point.x, from: frame.left, to: frame.right),
          y: scale.place(
            min(max(point.y, scale.lower), scale.upper), from: frame.bottom, to: frame.top)
        )
      }
      if places.count > 1 {
        canvas.polyline(
          Self.thinned(places), colour: ChartPalette.colour(index),
          dashes: ChartPalette.dashes(index))
      }
      guard hasDots || places.count == 1 else { continue }
      for (point, place) in zip(run, places) {
        canvas.circle(
          place.x, place.y, radius: 2.8, colour: ChartPalette.colour(index),
          hint: "\(series.name): \(ChartText.short(point.y)) at \(ChartText.short(point.x))")
      }
    }
  }

  private func isInside(_ point: (x: Double, y: Double)) -> Bool {
    LineChart.isDrawable(point) && point.x >= horizontal.lower && point.x <= horizontal.upper
  }

  /// First, lowest, highest and last of neighbours that share a column of pixels: the same picture.
  private static func thinned(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard places.count > pointLimit else { return places }
    var kept: [(x: Double, y: Double)] = []
    var start = 0
    while start < places.count {
      let column = places[start].x.rounded(.down)
      var end = start
      while end < places.count, places[end].x.rounded(.down) == column { end += 1 }
      let part = start..<end
      let extremes = [
        start, part.min { places[$0].y < places[$1].y } ?? start,
        part.max { places[$0].y < places[$1].y } ?? start, end - 1,
      ]
      kept += Set(extremes).sorted().map { places[$0] }
      start = end
    }
    return kept
  }
}
