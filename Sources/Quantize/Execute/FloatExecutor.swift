// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Runs a float graph: the accuracy reference, and the source of calibration statistics.
///
/// Each output element is computed in one fixed order, so the result does not depend on the number
/// of threads.
package struct FloatExecutor: Sendable {
  package let graph: FloatGraph
  package let threads: Int
  private let kernels: [FloatKernel]
  private let lastUse: [Int]

  /// Packs the weights of all convolutions.
  package init(graph: FloatGraph, threads: Int) {
    self.graph = graph
    self.threads = max(threads, 1)
    kernels = graph.nodes.map { FloatKernel($0, graph) }
    var lastUse = [Int](repeating: -1, count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { lastUse[input] = index }
    }
    self.lastUse = lastUse
  }

  /// The output for an NHWC input.
  /// - Throws: `WrongInput`.
  package func run(_ input: [Float]) throws -> [Float] {
    try run(input) { _, _ in }
  }

  /// As `run`; `visit` sees the input and then each activation as it is made.
  @discardableResult
  package func run(
    _ input: [Float],
    visit: (FloatGraph.ValueID, UnsafeBufferPointer<Float>) throws -> Void
  ) throws -> [Float] {
    let expected = graph.values[graph.input].shape.count
    guard input.count == expected else {
      throw WrongInput(expected: expected, actual: input.count)
    }
    var activations = [[Float]?](repeating: nil, count: graph.values.count)
    activations[graph.input] = input
    try input.withUnsafeBufferPointer { try visit(graph.input, $0) }
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { activations[$0] ?? [] }
      let output = kernels[index].run(inputs, threads: threads)
      try output.withUnsafeBufferPointer { try visit(node.output, $0) }
      activations[node.output] = output
      for used in node.inputs where lastUse[used] == index && used != graph.output {
        activations[used] = nil
      }
    }
    return activations[graph.output] ?? []
  }

  /// An input of the wrong length.
  package struct WrongInput: Error, CustomStringConvertible {
    package let expected: Int
    package let actual: Int
    package var description: String {
      "the input has \(actual) elements, the graph takes \(expected)"
    }
  }
}

/// Runs `body` on `threads` parts of `0..<count`, side by side.
func inParallel(_ count: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
  let parts = min(threads, count)
  guard parts > 1 else {
    if count > 0 { body(0..<count) }
    return
  }
  DispatchQueue.concurrentPerform(iterations: parts) { part in
    body(count * part / parts..<count * (part + 1) / parts)
  }
}
