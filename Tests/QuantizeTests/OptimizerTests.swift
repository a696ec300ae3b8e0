// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantize

@Suite("Graph optimizer")
struct OptimizerTests {
  /// The largest difference between the outputs of two graphs, and the largest output of the first.
  private static func difference(
    _ first: FloatGraph, _ second: FloatGraph
  ) throws -> (difference: Float, largest: Float) {
    let input = ImportGolden.noise(first.values[first.input].shape.count)
    let expected = try FloatExecutor(graph: first, threads: 1).run(input)
    let found = try FloatExecutor(graph: second, threads: 1).run(input)
    try #require(found.count == expected.count)
    let difference = zip(expected, found).map { abs($0 - $1) }.reduce(0, max)
    return (difference, expected.map(abs).reduce(0, max))
  }

  /// Folding rounds each weight and bias once more: some 1e-6 of the largest sum of products, which
  /// may be ten times the output.
  @Test("an optimized model computes the same", arguments: ImportGolden.results)
  func golden(_ golden: ImportGolden.Result) throws {
    let graph = try ONNXImporter.load(path: ImportGolden.path(golden.name))
    let optimized = GraphOptimizer.optimize(graph)
    let (difference, largest) = try Self.difference(graph, optimized)
    #expect(difference <= 1e-5 * max(largest, 1))
    #expect(optimized.nodes.count <= graph.nodes.count)
    #expect(!optimized.hasScaleShift)
  }

  @Test("an optimized student computes the same", arguments: SmallStudents.all)
  func student(_ student: SmallStudents.Student) throws {
    let optimized = GraphOptimizer.optimize(student.graph)
    let (difference, largest) = try Self.difference(student.graph, optimized)
    #expect(difference <= 1e-5 * max(largest, 1))
    #expect(!optimized.hasScaleShift)
  }

  private func counts(_ graph: FloatGraph) -> (nodes: Int, fused: Int) {
    let optimized = GraphOptimizer.optimize(graph)
    return (optimized.nodes.count, FusedGraph(optimized).nodes.count)
  }

  @Test("normalizations and clamps disappear into the nodes before them")
  func folding() {
    // Five convolutions and two additions, a pool and the dense layer; four clamps.
    let (nodes, fused) = counts(SmallStudents.residual)
    #expect(nodes == 13)
    #expect(fused == 9)
    // The second clamp of two joins the first.
    #expect(counts(SmallStudents.clamps).nodes == 9)
    // The normalization of the input stays, as a convolution.
    #expect(counts(SmallStudents.normalizedInput).fused == 7)
  }

  @Test("a border of zeros moves into convolutions and pools, and stays where it would change them")
  func borders() throws {
    func nodes(_ build: (inout StudentBuilder) -> Int) throws -> Int {
      var builder = StudentBuilder(height: 6, width: 5, seed: 3)
      let graph = builder.build(build)
      let optimized = GraphOptimizer.optimize(graph)
      let (difference, largest) = try Self.difference(graph, optimized)
      #expect(difference <= 1e-5 * max(largest, 1))
      return optimized.nodes.count
    }
    let window = StudentBuilder.window
    let (small, large) = ([1, 0, 1, 1], [2, 2, 2, 2])
    #expect(
      try nodes { $0.convolution($0.pad(0, large, value: 0), 4, window(3, 1, large, 1)) } == 1)
    #expect(
      try nodes { $0.convolution($0.pad(0, small, value: 1), 4, window(3, 1, large, 1)) } == 2)
    #expect(
      try nodes {
        $0.pool($0.pad(0, small, value: 0), window(2, 1, [0, 0, 0, 0], 1), average: false)
      } == 1)
    #expect(
      try nodes {
        $0.pool($0.pad(0, large, value: 0), window(2, 1, [0, 0, 0, 0], 1), average: false)
      } == 2)
    #expect(
      try nodes {
        $0.pool($0.pad(0, small, value: 0), window(2, 1, [1, 1, 1, 1], 1), average: false)
      } == 2)
    #expect(
      try nodes {
        $0.pool($0.pad(0, small, value: 0), window(2, 1, [0, 0, 0, 0], 1), average: nil)
      } == 2)
    #expect(
      try nodes {
        $0.pool($0.pad($0.relu(0), small, value: 0), window(2, 1, [0, 0, 0, 0], 1), average: nil)
      } == 2)
    // Somebody else reads the border.
    #expect(
      try nodes {
        let border = $0.pad(0, [1, 1, 1, 1], value: 0)
        return $0.add($0.convolution(border, 3, window(3, 1, [1, 1, 1, 1], 1)), border)
      } == 3)
  }

  @Test("what does nothing is removed, unless it is all there is")
  func identities() {
    var builder = StudentBuilder(height: 3, width: 3, seed: 1)
    let first = builder.clamp(0, -.infinity, .infinity)
    let second = builder.pad(
      builder.convolution(first, 2, StudentBuilder.window(1)), [0, 0, 0, 0], value: 2)
    let third = builder.pool(second, StudentBuilder.window(1), average: false)
    #expect(GraphOptimizer.optimize(builder.graph(output: third)).nodes.count == 1)
    #expect(GraphOptimizer.optimize(builder.graph(output: first)).nodes.count == 1)
  }
}

extension FloatGraph {
  fileprivate var hasScaleShift: Bool {
    nodes.contains { if case .scaleShift = $0.operation { true } else { false } }
  }
}

extension StudentBuilder {
  mutating func build(_ body: (inout StudentBuilder) -> Int) -> FloatGraph {
    let output = body(&self)
    return graph(output: output)
  }
}
