// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Training

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an SVG document contains; nil where it is not well-formed.
private final class SVGText: NSObject, XMLParserDelegate {
  /// Contents of elements by name.
  private(set) var texts: [String: [String]] = [:]
  /// Attributes of elements by name.
  private(set) var attributes: [String: [[String: String]]] = [:]
  private var open: [(name: String, text: String)] = []

  init?(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append((name, ""))
    self.attributes[name, default: []].append(attributes)
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if !open.isEmpty { open[open.count - 1].text += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    guard let element = open.popLast() else { return }
    texts[element.name, default: []].append(element.text)
  }

  var written: [String] { texts["text"] ?? [] }
  /// Coordinates of every line of data.
  var polylines: [[[Double]]] {
    (attributes["polyline"] ?? []).map { attributes in
      (attributes["points"] ?? "").split(separator: " ").map { pair in
        pair.split(separator: ",").compactMap { Double($0) }
      }
    }
  }
}

@Suite("Charts")
struct ChartTests {
  private let hostile = "<a & \"b\"> 'c' ]]> \u{1} \u{FFFF} \u{E9}\u{4E2D}"
  private let shown = "<a & \"b\"> 'c' ]]> \u{FFFD} \u{FFFD} \u{E9}\u{4E2D}"

  private var curves: LineChart {
    LineChart(
      title: "training", x: "step", y: "loss",
      series: [
        .init("train", [(0, 3), (100, 2), (200, 1)]), .init("test", [(0, 4), (100, 3), (200, 2)]),
      ],
      second: .init(
        y: ChartAxis("accuracy (%)", bounds: 0...100), series: [.init("test", [(200, 75)])]),
      markers: [.init(x: 100, label: "stage 2"), .init(x: 105, label: "chosen")])
  }

  @Test func linesLieWhereTheirValuesSay() throws {
    let svg = try #require(SVGText(curves.svg()))
    let lines = svg.polylines
    #expect(lines.count == 2)
    let train = try #require(lines.first)
    #expect(train.count == 3)
    // Equal steps down in value are equal steps down in the picture, where y grows.
    #expect(abs(train[2][1] - 2 * train[1][1] + train[0][1]) < 0.03)
    #expect(train[0][1] < train[2][1])
    // The second line is a loss of 1 higher everywhere, which is the first one's step.
    #expect(abs((train[0][1] - lines[1][0][1]) - (train[1][1] - train[0][1])) < 0.03)
    let hints = try #require(svg.texts["title"])
    for hint in ["train: 3 at 0", "train: 1 at 200", "test: 75 at 200"] {
      #expect(hints.contains(hint))
    }
    for text in ["training", "step", "loss", "accuracy (%)", "stage 2", "chosen", "train", "test"] {
      #expect(svg.written.contains(text), "\(text)")
    }
    // A name is one entry of the legend, in whichever panels it is.
    #expect(svg.written.filter { $0 == "test" }.count == 1)
  }

  @Test func labelsOfNeighbouringMarkersDoNotOverlap() throws {
    let svg = try #require(SVGText(curves.svg()))
    let texts = try #require(svg.attributes["text"])
    let places = zip(svg.written, texts).filter { ["stage 2", "chosen"].contains($0.0) }
    #expect(Set(places.map { $0.1["y"] }).count == 2)
  }

  @Test func whatIsNotFiniteInterruptsTheLine() throws {
    let points =
      [(0, 1), (1, 2), (2, .nan), (3, 3), (4, 1), (5, .infinity), (6, 2)]
      as [(x: Double, y: Double)]
    let chart = LineChart(title: "t", x: "x", y: "y", series: [.init("s", points)])
    let svg = try #require(SVGText(chart.svg()))
    #expect(svg.polylines.map(\.count) == [2, 2])
    #expect(svg.attributes["circle"]?.count == 5)
    let text = chart.svg().lowercased()
    #expect(!text.contains("nan") && !text.contains("inf\""))
  }

  @Test func nothingLeavesThePanel() throws {
    let chart = LineChart(
      title: "t", x: ChartAxis("x", bounds: 0...3), y: ChartAxis("y", bounds: 0...1),
      series: [.init("s", [(-1, 0), (0, 0), (1, 9), (2, -9), (3, 1), (4, 0)])])
    let line = try #require(SVGText(chart.svg())?.polylines.first).map { $0[1] }
    #expect(line.count == 4)
    #expect(line[0] == line[2] && line[1] == line[3] && abs(line[0] - line[1] - 230) < 0.03)
  }

  @Test func longLinesKeepTheirExtremes() throws {
    var points = (0..<50_000).map { (x: Double($0), y: Double($0 % 7)) }
    points[31_234].y = 100
    points[40_001].y = -100
    let chart = LineChart(title: "t", x: "x", y: "y", series: [.init("s", points)])
    let line = try #require(SVGText(chart.svg())?.polylines.first)
    #expect(line.count < 4 * 800)
    let heights = line.map { $0[1] }
    let (top, bottom) = (try #require(heights.min()), try #require(heights.max()))
    // From -100 to 100 is all of the panel's height.
    #expect(bottom - top > 229)
  }

  @Test func everyBarHasItsValue() throws {
    let chart = BarChart(
      title: "domains", y: "accuracy (%)", groups: ["photo", "art painting", "sketch"],
      series: [
        .init("ours", [.init(97.25, deviation: 0.31), .init(-4.5), .init(.nan)]),
        .init("theirs", [.init(50, deviation: .nan), .init(12.34, deviation: 2), .init(0)]),
      ], digits: 2)
    let svg = try #require(SVGText(chart.svg()))
    for text in ["97.25", "±0.31", "-4.50", "50.00", "12.34", "±2.00", "0.00", "ours", "theirs"] {
      #expect(svg.written.contains(text), "\(text)")
    }
    #expect(!chart.svg().lowercased().contains("nan"))
    #expect(svg.texts["title"]?.contains("photo, ours: 97.25 ±0.31") == true)
    let bars = (svg.attributes["rect"] ?? []).compactMap { bar in
      bar["height"].flatMap(Double.init)
    }
    // The background, two legend entries, five bars; heights as the values.
    #expect(bars.count == 8)
    #expect(abs(bars[3] / bars[4] - 97.25 / 50) < 0.01)
  }

  @Test func everyCellHasItsValue() throws {
    let chart = HeatMap(
      title: "transfer", rowLabel: "from", columnLabel: "to", rows: ["a", "b"],
      columns: ["c", "d", "a name that is much wider than its cell"],
      values: [[1.25, 2, 3], [4, .nan, 6]], digits: 2)
    let svg = try #require(SVGText(chart.svg()))
    for text in ["1.25", "2.00", "3.00", "4.00", "6.00", "from", "to", "a", "b", "c", "d"] {
      #expect(svg.written.contains(text), "\(text)")
    }
    #expect(!chart.svg().lowercased().contains("nan"))
    #expect(svg.texts["title"]?.contains("b, c: 4.00") == true)
    let fills = (svg.attributes["rect"] ?? []).compactMap { $0["fill"] }
    #expect(fills.contains("#f7fafd") && fills.contains("#083064"))
    #expect(fills.contains(ChartPalette.missing))
  }

  @Test func hostileTextStaysText() throws {
    let line = LineChart(
      title: hostile, x: ChartAxis(hostile), y: ChartAxis(hostile),
      series: [.init(hostile, [(0, 1)])], markers: [.init(x: 0, label: hostile)])
    let bars = BarChart(
      title: hostile, y: ChartAxis(hostile), groups: [hostile], series: [.init(hostile, [1])])
    let map = HeatMap(
      title: hostile, rowLabel: hostile, columnLabel: hostile, rows: [hostile],
      columns: [hostile], values: [[1]])
    for chart in [
      line.svg(), bars.svg(), map.svg(), ChartPage(title: hostile, [line, bars]).svg(),
    ] {
      let svg = try #require(SVGText(chart))
      #expect(svg.written.contains(shown))
      #expect(svg.texts["title"]?.contains(shown) == true)
      #expect(svg.attributes["svg"]?.first?["aria-label"] == shown)
    }
  }

  @Test func emptyChartsSayThatTheyAre() throws {
    let line = LineChart(title: "", x: "", y: "", series: [])
    let nothing = LineChart(title: "t", x: "x", y: "y", series: [.init("s", [(.nan, 1)])])
    let bars = BarChart(title: "t", y: "y", groups: [], series: [])
    let missing = BarChart(title: "t", y: "y", groups: ["g"], series: [.init("s", [.init(.nan)])])
    let map = HeatMap(title: "t", rows: [], columns: [], values: [])
    let empty = HeatMap(title: "t", rows: ["r"], columns: ["c"], values: [[.infinity]])
    for chart in [line, nothing, bars, missing, map, empty] as [any Chart] {
      let svg = try #require(SVGText(chart.document()))
      #expect(svg.written.contains("no data"))
    }
    #expect(SVGText(ChartPage(title: "t", []).svg()) != nil)
  }

  /// Nothing may lie outside of the picture; widths of text are estimated.
  @Test func nothingIsClipped() throws {
    let long = "a rather long name of a method or of a domain"
    let charts: [any Chart] = [
      LineChart(
        title: long + " " + long + " " + long, x: "step", y: "loss",
        series: (0..<9).map { .init("\(long) \($0)", [(0, 1e-7), (15_000, 3e-7)]) },
        markers: [.init(x: 15_000, label: long), .init(x: 0, label: long)]),
      BarChart(
        title: "t", y: "y", groups: [long, "b"],
        series: (0..<3).map { .init(long + "\($0)", [123_456.7, -1]) }),
      HeatMap(
        title: "t", columnLabel: long, rows: [long], columns: [long, long], values: [[1, 2]]),
    ]
    for chart in charts {
      let svg = try #require(SVGText(chart.document()))
      for (text, attributes) in zip(svg.written, try #require(svg.attributes["text"])) {
        let x = try #require(attributes["x"].flatMap(Double.init))
        let size = try #require(attributes["font-size"].flatMap(Double.init))
        guard attributes["transform"] == nil else { continue }
        let width = ChartText.width(text, size: size)
        let left =
          switch attributes["text-anchor"] {
          case "middle": x - width / 2
          case "end": x - width
          default: x
          }
        #expect(left >= 0 && left + width <= chart.size.width, "\(text) in \(chart.title)")
      }
    }
  }

  @Test(arguments: [
    ([0, 97.2], "0 20 40 60 80 100"), ([0.31, 0.88], "0.2 0.4 0.6 0.8 1.0"),
    ([-1, 1], "-1.0 -0.5 0.0 0.5 1.0"), ([0, 15_000], "0 5000 10000 15000"),
    ([0, 5e-5], "0 1e-5 2e-5 3e-5 4e-5 5e-5"),
    ([0, 3e-7], "0 1e-7 2e-7 3e-7"), ([0, 4_000_000], "0 1e6 2e6 3e6 4e6"),
    ([75], "65 70 75 80 85"), ([0], "-1.0 -0.5 0.0 0.5 1.0"), ([], "0.0 0.2 0.4 0.6 0.8 1.0"),
    ([.nan, 1e300, 2, 4], "2.0 2.5 3.0 3.5 4.0"),
  ])
  func ticksAreRound(_ values: [Double], _ labels: String) {
    let scale = ChartScale(values)
    #expect(scale.ticks.map(scale.label).joined(separator: " ") == labels)
    #expect(scale.ticks.first == scale.lower && scale.ticks.last == scale.upper)
  }

  @Test func theSameChartGivesTheSameBytes() {
    #expect(curves.svg() == curves.svg())
  }
}
