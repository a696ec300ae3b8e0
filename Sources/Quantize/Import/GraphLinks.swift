// SPDX-License-Identifier: Apache-2.0

/// Who makes what in an ONNX graph, read from its output backwards. The graph is untrusted: it may
/// be a circle, and names may lead nowhere.
struct GraphLinks {
  let graph: Swiftlet_Onnx_Graph
  /// Which node makes a value; of several the last.
  private let makers: [String: Int]
  private let initializers: Set<String>
  /// Steps of a walk; longer chains than exporters write are not followed.
  static let maximumSteps = 16

  init(_ graph: Swiftlet_Onnx_Graph) {
    self.graph = graph
    var makers: [String: Int] = [:]
    for (index, node) in graph.node.enumerated() {
      for output in node.output { makers[output] = index }
    }
    self.makers = makers
    initializers = Set(graph.initializer.map(\.name))
  }

  /// The node that makes a value; nil for an initializer, an input and what nobody makes.
  func maker(of name: String) -> Swiftlet_Onnx_Node? { makers[name].map { graph.node[$0] } }

  /// Follows the first inputs of such nodes back.
  func passing(_ operators: [String], _ start: String) -> String {
    var name = start
    for _ in 0..<Self.maximumSteps {
      guard let node = maker(of: name), operators.contains(node.opType), let next = node.input.first
      else { break }
      name = next
    }
    return name
  }

  /// What values are made of: the nodes, and names that no node makes.
  private func sources(of names: [String]) -> (nodes: Set<Int>, leaves: Set<String>) {
    var (nodes, leaves): (Set<Int>, Set<String>) = ([], [])
    var open = names
    while let name = open.popLast() {
      if let node = makers[name] {
        if nodes.insert(node).inserted { open += graph.node[node].input }
      } else {
        leaves.insert(name)
      }
    }
    return (nodes, leaves)
  }

  /// The nodes that make these values, in the graph's order.
  func needed(by names: [String]) -> [Swiftlet_Onnx_Node] {
    sources(of: names).nodes.sorted().map { graph.node[$0] }
  }

  /// Whether a value depends on initializers and Constant nodes alone.
  func isConstant(_ name: String) -> Bool {
    // An input that is left out has no name.
    sources(of: [name]).leaves.allSatisfy { $0.isEmpty || initializers.contains($0) }
  }
}
