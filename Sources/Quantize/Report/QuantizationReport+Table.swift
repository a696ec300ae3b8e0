// SPDX-License-Identifier: Apache-2.0
import Foundation

extension QuantizationReport {
  /// The report as indented JSON with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The layers as a table, one line each, for a terminal.
  public func table() -> String {
    let head = [
      "layer", "operator", "shape", "dB", "own dB", "cosine", "range", "levels", "saturated",
      "quads", "proof",
    ]
    let rows = [head] + layers.map(Self.cells)
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return Self.isText(column) ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func isText(_ column: Int) -> Bool { column < 2 || column == 10 }

  private static func cells(_ layer: Layer) -> [String] {
    [
      layer.name, layer.operator, layer.shape.map(String.init).joined(separator: "x"),
      decibels(layer.signalToNoise), decibels(layer.ownSignalToNoise),
      layer.cosine.map { String(format: "%.5f", $0) } ?? "-",
      layer.levels == 0 ? "real" : String(format: "%.3g...%.3g", layer.lower, layer.upper),
      layer.levels == 0 ? "-" : String(layer.levels),
      String(format: "%.3f %%", layer.saturatedShare * 100), String(layer.repairedQuads),
      layer.proof ?? "-",
    ]
  }

  private static func decibels(_ value: Double?) -> String {
    value.map { String(format: "%.1f", $0) } ?? "-"
  }
}
