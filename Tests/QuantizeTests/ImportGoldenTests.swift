// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

/// Models, inputs and outputs of tools/make_golden_onnx.py.
enum ImportGolden {
  struct Result: Sendable, CustomTestStringConvertible {
    let name: String
    let input: Shape
    let output: Shape
    let values: [Float]
    var testDescription: String { name }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var testDescription: String { name }
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Golden/onnx")

  static func path(_ name: String) -> String {
    folder.appendingPathComponent("\(name).onnx").path
  }

  private static let lines: [[Substring]] = {
    let file = folder.appendingPathComponent("expected.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2) }
  }()

  static let results: [Result] = lines.filter { $0[1] == "result" }.map { line in
    let numbers = line[2].split(separator: " ")
    let sides = numbers.prefix(6).compactMap { Int($0) }
    return Result(
      name: String(line[0]), input: Shape(height: sides[0], width: sides[1], channels: sides[2]),
      output: Shape(height: sides[3], width: sides[4], channels: sides[5]),
      values: numbers.dropFirst(6).compactMap { Float($0) })
  }

  static let refusals: [Refusal] = lines.filter { $0[1] == "error" }.map { line in
    Refusal(name: String(line[0]), text: String(line[2]))
  }

  /// The generator's input: numbers in -2...2.
  static func noise(_ count: Int) -> [Float] {
    var state: UInt64 = 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Double(state >> 40) / 4_194_304 - 2)
    }
  }
}

@Suite("Import: operators against ONNX Runtime")
struct ImportGoldenTests {
  @Test("there are golden models of both kinds")
  func goldenFilesAreThere() {
    #expect(ImportGolden.results.count > 70)
    #expect(ImportGolden.refusals.count > 40)
  }

  /// The tolerance is 1e-5 of the largest output, some hundred roundings of binary32: the sums have
  /// at most 90 terms.
  @Test("an imported model computes what ONNX Runtime does", arguments: ImportGolden.results)
  func result(_ golden: ImportGolden.Result) throws {
    let graph = try ONNXImporter.load(path: ImportGolden.path(golden.name))
    #expect(graph.values[graph.input].shape == golden.input)
    #expect(graph.values[graph.output].shape == golden.output)
    let output = try FloatExecutor(graph: graph, threads: 2)
      .run(ImportGolden.noise(golden.input.count))
    try #require(output.count == golden.values.count)
    let largest = golden.values.map(abs).max() ?? 0
    let error = zip(output, golden.values).map { abs($0 - $1) }.max() ?? 0
    #expect(error <= 1e-5 * max(largest, 1), "largest output \(largest)")
  }

  @Test("a model that cannot be imported is refused by name", arguments: ImportGolden.refusals)
  func refusal(_ golden: ImportGolden.Refusal) {
    let error = #expect(throws: ImportError.self) {
      try ONNXImporter.load(path: ImportGolden.path(golden.name))
    }
    let description = error?.description ?? ""
    #expect(description.contains(golden.text))
    #expect(description.hasPrefix(ImportGolden.path(golden.name)))
    #expect(description.contains("; "), "no advice")
  }

  @Test("only nodes that the output needs are imported")
  func deadNodes() throws {
    let graph = try ONNXImporter.load(path: ImportGolden.path("dead_nodes"))
    #expect(graph.nodes.count == 1)
    #expect(graph.values.count == 2)
  }

  @Test("a view of a picture adds no node")
  func views() throws {
    for name in ["flatten_gemm", "reshape", "view_of_size", "transpose_flatten", "dynamic_batch"] {
      let graph = try ONNXImporter.load(path: ImportGolden.path(name))
      #expect(graph.nodes.count == 1, "\(name)")
    }
  }
}
