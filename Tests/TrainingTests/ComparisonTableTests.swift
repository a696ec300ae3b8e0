// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Training

@Suite("Tables of methods")
struct ComparisonTableTests {
  private func result(
    _ method: TrainingMethod, _ target: String, _ seed: UInt64, inDomain: Int,
    _ tests: [(String, Int)], seconds: Double = 10
  ) -> MethodRun.Result {
    MethodRun.Result(
      method: method.rawValue, target: target, seed: seed, sources: ["x"],
      inDomain: .init(name: "in-domain", count: 100, right: inDomain),
      tests: tests.map { .init(name: $0.0, count: 200, right: $0.1) }, seconds: seconds, steps: [:],
      chosen: [:], recipe: "(lambda: 0.5, seed: \(seed)) more")
  }

  @Test("Left-out domains: means over seeds, and the sample's deviation")
  func leaveOneOut() throws {
    let table = ComparisonTable(
      [
        result(.adip, "a", 1, inDomain: 90, [("a", 100)]),
        result(.adip, "b", 1, inDomain: 80, [("b", 60)], seconds: 20),
        result(.adip, "a", 2, inDomain: 92, [("a", 104)]),
        result(.adip, "b", 2, inDomain: 84, [("b", 72)]),
        result(.fineTuning, "a", 1, inDomain: 70, [("a", 40)]),
        result(.teacher, "a", 1, inDomain: 99, [("a", 180)], seconds: 0),
      ], isTransfer: false)
    #expect(table.columns == ["a", "b"])
    // In the order of the methods, not of the results.
    #expect(table.rows.map(\.method) == ["teacher", "fine-tuning", "adip"])
    let row = table.rows[2]
    // Seeds: 85 and 88; a: 50 and 52; b: 30 and 36; both: 40 and 44.
    #expect(row.inDomain == .init([85, 88]) && row.tests == [.init([50, 52]), .init([30, 36])])
    #expect(row.average?.mean == 42 && row.average?.count == 2)
    #expect(abs((row.average?.deviation ?? 0) - 2 * 2.0.squareRoot()) < 1e-12)
    #expect(row.seconds?.mean == 12.5)
    #expect(table.recipes == ["(lambda: 0.5, seed: *) more"])
    // Half a row has no average.
    #expect(table.rows[1].tests == [.init([20]), nil] && table.rows[1].average == nil)
    #expect(table.rows[0].seconds == nil)
  }

  @Test("Values: the mean, and the deviation of more than one")
  func values() {
    #expect(ComparisonTable.Value([]) == nil)
    #expect(ComparisonTable.Value([3])?.deviation == nil)
    let value = ComparisonTable.Value([2, 4, 4, 4, 5, 5, 7, 9])
    #expect(value?.mean == 5 && value?.count == 8)
    #expect(abs((value?.deviation ?? 0) - (32.0 / 7).squareRoot()) < 1e-12)
  }

  private var transfer: ComparisonTable {
    ComparisonTable(
      [
        result(.adip, "transfer", 1, inDomain: 90, [("p", 100), ("q", 60)]),
        result(.adip, "transfer", 2, inDomain: 91, [("p", 110), ("q", 61)]),
        result(.linearProbe, "transfer", 1, inDomain: 95, []),
      ], isTransfer: true)
  }

  @Test("Markdown: dashes where there is nothing, every row as wide as the head")
  func markdown() {
    let lines = transfer.markdown().split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "| method | in-domain | p | q | OOD average | runs a cell | s a run |",
        "|---|---:|---:|---:|---:|---:|---:|",
        "| linear-probe | 95.0 | - | - | - | 1 | 10 |",
        "| adip | 90.5 ± 0.7 | 52.5 ± 3.5 | 30.2 ± 0.4 | 41.4 ± 1.9 | 2 | 10 |",
      ])
  }

  @Test("JSON: the same numbers, null where there is nothing")
  func json() throws {
    let object = try JSONSerialization.jsonObject(with: Data(try transfer.json().utf8))
    let fields = try #require(object as? [String: Any])
    #expect(fields["columns"] as? [String] == ["p", "q"])
    #expect(fields["recipes"] as? [String] == ["(lambda: 0.5, seed: *) more"])
    let methods = try #require(fields["methods"] as? [[String: Any]])
    #expect(methods.map { $0["method"] as? String } == ["linear-probe", "adip"])
    let tests = try #require(methods[1]["tests"] as? [String: [String: Any]])
    #expect(tests["p"]?["mean"] as? Double == 52.5 && tests["p"]?["runs"] as? Int == 2)
    let none = try #require(methods[0]["tests"] as? [String: Any])
    #expect(none["p"] is NSNull && methods[0]["average"] is NSNull)
    let inDomain = try #require(methods[0]["in_domain"] as? [String: Any])
    #expect(inDomain["mean"] as? Double == 95 && inDomain["deviation"] is NSNull)
  }

  @Test("A result is the same after it was a file")
  func results() throws {
    let result = result(.adip, "a", 3, inDomain: 7, [("a", 9)])
    let data = try JSONEncoder().encode(result)
    #expect(try JSONDecoder().decode(MethodRun.Result.self, from: data) == result)
  }
}
