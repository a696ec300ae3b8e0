// SPDX-License-Identifier: Apache-2.0

/// Runs a float graph in binary32: the accuracy reference, and the source of calibration
/// statistics.
///
/// Each output element is computed in one fixed order without fused operations, so the result
/// depends neither on the number of threads nor on the machine. An executor holds no state between
/// runs: one may be used from several threads at a time.
package struct FloatExecutor: Sendable {
  package let graph: FloatGraph
  package let threads: Int
  private let steps: [FloatStep]
  /// For each value, the index of the last node that reads it; -1 where none does.
  private let lastReader: [Int]

  /// Packs the weights of all convolutions.
  ///
  /// - Parameters:
  ///   - graph: A graph as the importer makes it; a malformed one is a programming error.
  ///   - threads: How many threads share the work of one run; at least 1 is used.
  package init(graph: FloatGraph, threads: Int) {
    self.graph = graph
    self.threads = max(threads, 1)
    steps = graph.nodes.map { FloatStep($0, graph) }
    var lastReader = [Int](repeating: -1, count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { lastReader[input] = index }
    }
    self.lastReader = lastReader
  }

  /// The output (NHWC) for an input (NHWC).
  /// - Throws: `WrongInput`.
  package func run(_ input: [Float]) throws -> [Float] {
    try run(input) { _, _ in }
  }

  /// As `run(_:)`; `visit` sees the input and then each activation as soon as it is computed, in
  /// the order of the graph's nodes. The elements are valid only within the call.
  ///
  /// An activation is given up after its last reader has run.
  /// - Throws: `WrongInput`, or what `visit` throws.
  @discardableResult
  package func run(
    _ input: [Float],
    visit: (FloatGraph.ValueID, UnsafeBufferPointer<Float>) throws -> Void
  ) throws -> [Float] {
    let expected = graph.values[graph.input].shape.count
    guard input.count == expected else {
      throw WrongInput(expected: expected, actual: input.count)
    }
    var spare: [FloatBuffer] = []
    var buffers = [FloatBuffer?](repeating: nil, count: graph.values.count)
    let first = FloatBuffer(count: input.count)
    first.copy(input)
    buffers[graph.input] = first
    try visit(graph.input, first.elements)
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.compactMap { buffers[$0] }
      let count = graph.values[node.output].shape.count
      // The output may take the place of an input that nobody else reads.
      let isLast = lastReader[node.inputs[0]] == index && node.inputs[0] != graph.output
      let output =
        isLast && steps[index].worksInPlace
        ? inputs[0] : Self.take(count: count, from: &spare)
      steps[index].run(inputs, output, threads: threads)
      for used in Set(node.inputs) where lastReader[used] == index && used != graph.output {
        if let buffer = buffers[used], buffer !== output { spare.append(buffer) }
        buffers[used] = nil
      }
      output.count = count
      buffers[node.output] = output
      try visit(node.output, output.elements)
    }
    return buffers[graph.output].map { Array($0.elements) } ?? []
  }

  /// The smallest spare buffer that is large enough, or a new one.
  private static func take(count: Int, from spare: inout [FloatBuffer]) -> FloatBuffer {
    let fitting = spare.indices.filter { spare[$0].capacity >= count }
    guard let best = fitting.min(by: { spare[$0].capacity < spare[$1].capacity }) else {
      return FloatBuffer(count: count)
    }
    return spare.remove(at: best)
  }

  /// An input of the wrong length.
  package struct WrongInput: Error, Sendable, Equatable, CustomStringConvertible {
    package let expected: Int
    package let actual: Int
    package var description: String {
      "the input has \(actual) elements and the graph takes \(expected); give it height x width x "
        + "channels of them"
    }
  }
}
