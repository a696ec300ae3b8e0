// SPDX-License-Identifier: Apache-2.0

/// A float graph whose clamps are part of the nodes before them: node for node what the model file
/// will hold. Values keep the numbers that they have in the float graph.
package struct FusedGraph: Sendable {
  package struct Node: Sendable {
    package var name: String
    package var operation: FloatOperation
    package var inputs: [FloatGraph.ValueID]
    /// The value before the clamp; the same as `output` if there is none.
    package var unclamped: FloatGraph.ValueID
    package var output: FloatGraph.ValueID
    /// The output is clamped to this: infinite where it is not.
    package var lower: Float
    package var upper: Float

    package var isClamped: Bool { lower > -.infinity || upper < .infinity }
  }

  /// The graph that was fused: what the float executor runs.
  package let source: FloatGraph
  package private(set) var nodes: [Node]

  package var input: FloatGraph.ValueID { source.input }
  package var output: FloatGraph.ValueID { source.output }

  /// - Parameter graph: an optimized graph.
  package init(_ graph: FloatGraph) {
    source = graph
    nodes = []
    var fused: Set<Int> = []
    for (index, node) in graph.nodes.enumerated() where !fused.contains(index) {
      var result = Node(
        name: node.name, operation: node.operation, inputs: node.inputs, unclamped: node.output,
        output: node.output, lower: -.infinity, upper: .infinity)
      let readers = graph.readers(of: node.output)
      if node.operation.takesClamp, node.output != graph.output, readers.count == 1,
        case .clamp(let lower, let upper) = graph.nodes[readers[0]].operation
      {
        (result.lower, result.upper) = (lower, upper)
        result.output = graph.nodes[readers[0]].output
        fused.insert(readers[0])
      }
      nodes.append(result)
    }
  }

  /// The nodes that read a value.
  package func readers(of value: FloatGraph.ValueID) -> [Node] {
    nodes.filter { $0.inputs.contains(value) }
  }

  /// Bytes that one calibration picture takes at most while the network is quantized node by node:
  /// the picture, and the int8 activations that are still to be read.
  package var pictureByteCount: Int {
    var lastReader: [FloatGraph.ValueID: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for value in node.inputs { lastReader[value] = index }
    }
    func size(_ value: FloatGraph.ValueID) -> Int { source.values[value].shape.count }
    var (live, peak) = (size(input), size(input))
    for (index, node) in nodes.enumerated() {
      live += size(node.output)
      peak = max(peak, live)
      for value in Set(node.inputs) where lastReader[value] == index { live -= size(value) }
    }
    return size(input) + peak
  }

  /// The values that the int8 network holds: the input, then the outputs of the nodes.
  package var values: [FloatGraph.ValueID] { [input] + nodes.map(\.output) }
}

extension FloatOperation {
  /// Whether the int8 operator clamps its own output to a range narrower than its tensor's.
  fileprivate var takesClamp: Bool {
    switch self {
    case .convolution, .add, .averagePool: true
    case .scaleShift, .clamp, .maxPool, .pad: false
    }
  }
}
