// SPDX-License-Identifier: Apache-2.0

/// Removes what the output does not depend on.
package enum GraphPruning {
  /// The same graph without dead nodes and values, its values numbered anew.
  package static func prune(_ graph: FloatGraph) -> FloatGraph {
    var isNeeded = Set([graph.output])
    var nodes: [FloatNode] = []
    for node in graph.nodes.reversed() where isNeeded.contains(node.output) {
      isNeeded.formUnion(node.inputs)
      nodes.append(node)
    }
    isNeeded.insert(graph.input)
    var number: [FloatGraph.ValueID: FloatGraph.ValueID] = [:]
    var values: [FloatGraph.Value] = []
    for id in graph.values.indices where isNeeded.contains(id) {
      number[id] = values.count
      values.append(graph.values[id])
    }
    nodes = nodes.reversed().map { node in
      var copy = node
      copy.inputs = node.inputs.compactMap { number[$0] }
      copy.output = number[node.output] ?? 0
      return copy
    }
    return FloatGraph(
      values: values, nodes: nodes, input: number[graph.input] ?? 0,
      output: number[graph.output] ?? 0)
  }
}
