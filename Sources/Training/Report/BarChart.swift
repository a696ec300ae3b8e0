// SPDX-License-Identifier: Apache-2.0

/// Bars from zero in groups: target domains, and in each the methods, with error bars.
public struct BarChart: Chart {
  /// A mean with its deviation, which is drawn to both sides of it.
  public struct Value: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public var mean: Double
    /// 0 for none.
    public var deviation: Double

    public init(_ mean: Double, deviation: Double = 0) {
      self.mean = mean
      self.deviation = deviation
    }

    public init(floatLiteral value: Double) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(Double(value)) }

    var isDrawable: Bool { ChartScale.isDrawable(mean) }
    /// What is no length is no error bar.
    var error: Double { ChartScale.isDrawable(deviation) ? abs(deviation) : 0 }
  }

  public struct Series: Sendable {
    public var name: String
    /// One a group; a mean that is not finite has no bar.
    public var values: [Value]

    public init(_ name: String, _ values: [Value]) {
      self.name = name
      self.values = values
    }
  }

  public var title: String
  public var y: ChartAxis
  public var groups: [String]
  public var series: [Series]
  /// After the point, in the printed values.
  public var digits: Int

  /// - Precondition: each series has as many values as there are groups.
  public init(
    title: String, y: ChartAxis, groups: [String], series: [Series], digits: Int = 1
  ) {
    precondition(
      series.allSatisfy { $0.values.count == groups.count }, "one value a group and series")
    self.title = title
    self.y = y
    self.groups = groups
    self.series = series
    self.digits = digits
  }

  /// The chart as an SVG document. The same chart gives the same bytes.
  public func svg() -> String { document() }

  package var summary: String {
    let sentences = groups.indices.map { group in
      let values = series.compactMap { series -> String? in
        let value = series.values[group]
        guard value.isDrawable else { return nil }
        return (series.name.isEmpty ? "" : series.name + " ")
          + label(value).joined(separator: " ")
      }
      return groups[group] + ": " + (values.isEmpty ? "no data" : values.joined(separator: ", "))
    }
    return ([y.label] + sentences).joined(separator: ". ") + "."
  }

  /// Mean and, if there is one, deviation.
  func label(_ value: Value) -> [String] {
    let mean = ChartText.fixed(value.mean, digits)
    return value.error == 0 ? [mean] : [mean, "±" + ChartText.fixed(value.error, digits)]
  }

  package var size: ChartSize { BarChartLayout(self).size }

  package func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    BarChartLayout(self).draw(on: &canvas, x: x, y: y)
  }
}
