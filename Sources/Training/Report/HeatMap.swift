// SPDX-License-Identifier: Apache-2.0

/// A matrix of numbers, each in a cell whose colour is the darker the larger it is.
public struct HeatMap: Chart {
  public var title: String
  /// What the rows are, as "prototypes of".
  public var rowLabel: String
  /// What the columns are.
  public var columnLabel: String
  public var rows: [String]
  public var columns: [String]
  /// `[rows.count][columns.count]`; what is not finite is an empty cell.
  public var values: [[Double]]
  /// The values of the lightest and of the darkest colour; nil where the values say it.
  public var bounds: ClosedRange<Double>?
  /// After the point, in the printed values.
  public var digits: Int

  /// - Precondition: `values` fill rows and columns.
  public init(
    title: String, rowLabel: String = "", columnLabel: String = "", rows: [String],
    columns: [String], values: [[Double]], bounds: ClosedRange<Double>? = nil, digits: Int = 1
  ) {
    precondition(
      values.count == rows.count && values.allSatisfy { $0.count == columns.count },
      "one value a row and column")
    self.title = title
    self.rowLabel = rowLabel
    self.columnLabel = columnLabel
    self.rows = rows
    self.columns = columns
    self.values = values
    self.bounds = bounds
    self.digits = digits
  }

  /// The chart as an SVG document. The same chart gives the same bytes.
  public func svg() -> String { document() }

  package var summary: String {
    let sentences = zip(rows, values).map { row, values in
      let cells = zip(columns, values).compactMap { column, value in
        ChartScale.isDrawable(value) ? "\(column) \(ChartText.fixed(value, digits))" : nil
      }
      return row + ": " + (cells.isEmpty ? "no data" : cells.joined(separator: ", "))
    }
    return sentences.isEmpty ? "no data" : sentences.joined(separator: ". ") + "."
  }

  package var size: ChartSize { HeatMapLayout(self).size }

  package func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
    HeatMapLayout(self).draw(on: &canvas, x: x, y: y)
  }
}
