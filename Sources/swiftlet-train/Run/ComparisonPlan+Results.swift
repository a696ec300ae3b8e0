// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Training

extension ComparisonPlan {
  /// - Returns: nil where the run is not done.
  func result(_ cell: Cell) throws -> MethodRun.Result? {
    guard let data = FileManager.default.contents(atPath: path(cell)) else { return nil }
    guard let result = try? JSONDecoder().decode(MethodRun.Result.self, from: data) else {
      throw TrainingError("\(path(cell)): this is no run's result; remove it, and it is done again")
    }
    guard cell.method == .teacher || result.recipe == recipeText(cell) else {
      throw TrainingError(
        "\(path(cell)): this run had another recipe or data; name another --output\nthen: "
          + "\(result.recipe)\nnow:  \(recipeText(cell))")
    }
    guard result.inputs ?? inputs == inputs else {
      throw TrainingError(
        "\(path(cell)): this run was of another student or bank of the same name; name another "
          + "--output")
    }
    guard result.sources == cell.sources, fits(result.tests, cell.method) else {
      throw TrainingError(
        "\(path(cell)): this run had other sources (\(result.sources.joined(separator: ", "))) or "
          + "tests (\(result.tests.map(\.name).joined(separator: ", "))); name another --output")
    }
    return result
  }

  /// Whether results are of the folders that are to be tested on; a classifier may have none of them,
  /// the teacher only some.
  private func fits(
    _ tests: [MethodRun.Result.Accuracy], _ method: TrainingMethod
  ) -> Bool {
    guard command.protocol == .transfer, !tests.isEmpty else { return true }
    let names = command.testFolders.map(\.name)
    func isOf(_ name: String, _ test: MethodRun.Result.Accuracy) -> Bool {
      test.name == name || test.name.hasPrefix(name + " ")
    }
    return tests.allSatisfy { test in names.contains { isOf($0, test) } }
      && (method == .teacher || names.allSatisfy { name in tests.contains { isOf(name, $0) } })
  }

  func recipeText(_ cell: Cell) -> String {
    var arguments = command.recipe
    arguments.seed = cell.seed
    let student = URL(fileURLWithPath: command.data.student).lastPathComponent
    let bank = URL(fileURLWithPath: command.data.bank).lastPathComponent
    let excluded = command.data.exclude?.names.joined(separator: ",") ?? ""
    return "\(student) \(bank) \(command.data.preprocessing.rawValue) -\(excluded) "
      + arguments.summary
  }

  func write(_ result: MethodRun.Result, of cell: Cell) throws {
    var result = result
    result.inputs = inputs
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(Array(try encoder.encode(result)), to: path(cell))
  }

  /// All results that are there.
  func table() throws -> ComparisonTable {
    let results = try cells.compactMap { try result($0) }
    guard !results.isEmpty else {
      throw TrainingError("\(runsFolder): no run is finished yet; other processes may be at work")
    }
    return ComparisonTable(results, isTransfer: command.protocol == .transfer)
  }
}
