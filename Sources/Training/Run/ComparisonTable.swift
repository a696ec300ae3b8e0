// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// The results of many runs as a table: a row a method, a column a test.
public struct ComparisonTable: Sendable {
  /// Per cent, over seeds.
  public struct Value: Sendable, Equatable {
    public var mean: Double
    /// The sample's standard deviation; nil for one run.
    public var deviation: Double?
    public var count: Int

    /// - Returns: nil where there are no values.
    public init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      count = values.count
      mean = values.reduce(0, +) / Double(values.count)
      let mean = mean
      let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
      deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }
  }

  public struct Row: Sendable {
    public var method: String
    public var inDomain: Value?
    /// In the order of `columns`; nil where the method cannot take the test.
    public var tests: [Value?]
    /// Over all tests, of each seed's mean.
    public var average: Value?
    /// Seconds of a run.
    public var seconds: Value?
  }

  public let columns: [String]
  public let rows: [Row]
  /// The recipes, without their seeds, of all runs.
  public let recipes: [String]

  /// - Parameter isTransfer: whether in-domain is one figure, not one a target.
  public init(_ results: [MethodRun.Result], isTransfer: Bool) {
    var columns: [String] = []
    for result in results {
      for test in result.tests where !columns.contains(test.name) { columns.append(test.name) }
    }
    self.columns = columns
    let order = TrainingMethod.allCases.map(\.rawValue)
    let methods = order.filter { name in results.contains { $0.method == name } }
    rows = methods.map { method in
      Self.row(method, results.filter { $0.method == method }, columns)
    }
    recipes = Set(results.map { Self.withoutSeed($0.recipe) }).sorted()
  }

  private static func row(
    _ method: String, _ results: [MethodRun.Result], _ columns: [String]
  ) -> Row {
    let seeds = Set(results.map(\.seed)).sorted()
    func value(_ body: (MethodRun.Result) -> Double?) -> Value? {
      // One value a seed: the mean over its targets.
      Value(
        seeds.compactMap { seed in
          Value(results.filter { $0.seed == seed }.compactMap(body))?.mean
        })
    }
    func accuracy(_ result: MethodRun.Result, _ column: String) -> Double? {
      result.tests.first { $0.name == column }.map { $0.accuracy * 100 }
    }
    let complete = seeds.filter { seed in
      columns.allSatisfy { column in
        results.contains { $0.seed == seed && accuracy($0, column) != nil }
      }
    }
    let averages = complete.map { seed -> Double in
      let values = columns.compactMap { column in
        results.filter { $0.seed == seed }.compactMap { accuracy($0, column) }.first
      }
      return values.reduce(0, +) / Double(values.count)
    }
    return Row(
      method: method, inDomain: value { $0.inDomain.accuracy * 100 },
      tests: columns.map { column in value { accuracy($0, column) } },
      average: columns.isEmpty ? nil : Value(averages),
      seconds: value { $0.seconds == 0 ? nil : $0.seconds })
  }

  private static func withoutSeed(_ recipe: String) -> String {
    recipe.replacingOccurrences(of: "seed: [0-9]+", with: "seed: *", options: .regularExpression)
  }

  private static func text(_ value: Value?, digits: Int = 1) -> String {
    guard let value else { return "-" }
    let mean = String(format: "%.\(digits)f", value.mean)
    return value.deviation.map { mean + String(format: " ± %.\(digits)f", $0) } ?? mean
  }

  /// A table for people.
  public func markdown() -> String {
    let head = ["method", "in-domain"] + columns + ["OOD average", "runs a cell", "s a run"]
    var lines = [
      "| " + head.joined(separator: " | ") + " |",
      "|---" + String(repeating: "|---:", count: head.count - 1) + "|",
    ]
    for row in rows {
      let cells =
        [row.method, Self.text(row.inDomain)] + row.tests.map { Self.text($0) } + [
          Self.text(row.average), "\(row.inDomain?.count ?? 0)",
          row.seconds.map { String(format: "%.0f", $0.mean) } ?? "-",
        ]
      lines.append("| " + cells.joined(separator: " | ") + " |")
    }
    return lines.joined(separator: "\n")
  }

  /// One JSON object.
  public func json() throws -> String {
    func object(_ value: Value?) -> Any {
      guard let value else { return NSNull() }
      return [
        "mean": value.mean, "deviation": value.deviation.map { $0 as Any } ?? NSNull(),
        "runs": value.count,
      ]
    }
    let methods = rows.map { row -> [String: Any] in
      [
        "method": row.method, "in_domain": object(row.inDomain), "average": object(row.average),
        "seconds": object(row.seconds),
        "tests": Dictionary(uniqueKeysWithValues: zip(columns, row.tests.map(object))),
      ]
    }
    let data = try JSONSerialization.data(
      withJSONObject: ["methods": methods, "columns": columns, "recipes": recipes] as [String: Any],
      options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  /// Bars: a group a test, a bar a method; nil where there is no test.
  public func chart() -> BarChart? {
    guard !columns.isEmpty else { return nil }
    func value(_ value: Value?) -> BarChart.Value {
      value.map { BarChart.Value($0.mean, deviation: $0.deviation ?? 0) } ?? BarChart.Value(.nan)
    }
    return BarChart(
      title: "Top-1 accuracy by method, mean and deviation over seeds", y: "accuracy, %",
      groups: ["in-domain"] + columns + (columns.count > 1 ? ["OOD average"] : []),
      series: rows.map { row in
        BarChart.Series(
          row.method,
          ([row.inDomain] + row.tests + (columns.count > 1 ? [row.average] : [])).map(value))
      })
  }

  /// Writes `table.md`, `table.json` and `table.svg` into a folder.
  public func write(to folder: String) throws {
    let notes = recipes.map { "- `\($0)`" }.joined(separator: "\n")
    let text =
      "Top-1 accuracy, %: mean and standard deviation over seeds.\n\n\(markdown())\n\nRecipes:\n"
      + notes + "\n"
    try AtomicFile.write(Array(text.utf8), to: folder + "/table.md")
    try AtomicFile.write(Array(try json().utf8), to: folder + "/table.json")
    if let chart = chart() {
      try AtomicFile.write(Array(chart.svg().utf8), to: folder + "/table.svg")
    }
  }
}
