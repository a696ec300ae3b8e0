// SPDX-License-Identifier: Apache-2.0

/// A division by the Euclidean norm at the end of an ONNX graph, as exporters write it: `Div(x, n)`
/// with n made of x by ReduceL2, or by ReduceSum or ReduceSumSquare and Sqrt, behind which Clip,
/// Max, Add, Expand and Identity may keep it from zero and give it a shape; or LpNormalization.
enum UnitNorm {
  /// What may stand between a norm and the division by it: the quotient keeps its direction.
  private static let keeping = ["Clip", "Max", "Add", "Expand", "Identity", "Unsqueeze", "Reshape"]

  /// The graph without it and what only it needed; the graph itself where it does not end so.
  static func dropped(from graph: Swiftlet_Onnx_Graph) -> Swiftlet_Onnx_Graph {
    guard graph.output.count == 1 else { return graph }
    var makers: [String: Swiftlet_Onnx_Node] = [:]
    for node in graph.node {
      for output in node.output { makers[output] = node }
    }
    let name = passing(["Identity"], graph.output[0].name, makers)
    guard let last = makers[name], let operand = operand(of: last, makers),
      reduction(of: last, makers).map({ reducesChannels($0, graph, makers) }) ?? true
    else { return graph }
    var result = graph
    result.output[0].name = operand
    result.node = needed(by: operand, graph, makers)
    return result
  }

  /// What a node brings to unit norm; nil where it does something else.
  private static func operand(
    of node: Swiftlet_Onnx_Node, _ makers: [String: Swiftlet_Onnx_Node]
  ) -> String? {
    if node.opType == "LpNormalization", node.input.count == 1 {
      let power = node.attribute.first { $0.name == "p" }?.i ?? 2
      return power == 2 && isLastAxis(node, default: -1) ? node.input[0] : nil
    }
    guard node.opType == "Div", node.input.count == 2 else { return nil }
    var norm = passing(keeping, node.input[1], makers)
    guard let reduction = makers[norm] else { return nil }
    if reduction.opType == "Sqrt" {
      norm = passing(keeping, reduction.input.first ?? "", makers)
      return makers[norm].flatMap { isSumOfSquares($0, of: node.input[0], makers) }
    }
    return reduction.opType == "ReduceL2" && reduction.input.first == node.input[0]
      ? node.input[0] : nil
  }

  private static func isSumOfSquares(
    _ node: Swiftlet_Onnx_Node, of name: String, _ makers: [String: Swiftlet_Onnx_Node]
  ) -> String? {
    if node.opType == "ReduceSumSquare" { return node.input.first == name ? name : nil }
    guard node.opType == "ReduceSum", let square = makers[node.input.first ?? ""] else {
      return nil
    }
    let isSquare =
      square.opType == "Mul"
      ? square.input == [name, name]
      : square.opType == "Pow" && square.input.first == name
    return isSquare ? name : nil
  }

  /// The node that a division's norm comes from.
  private static func reduction(
    of node: Swiftlet_Onnx_Node, _ makers: [String: Swiftlet_Onnx_Node]
  ) -> Swiftlet_Onnx_Node? {
    guard node.opType == "Div" else { return nil }
    return makers[passing(keeping + ["Sqrt"], node.input[1], makers)]
  }

  /// Whether a reduction runs over the channels, axis 1; one without axes runs over everything.
  private static func reducesChannels(
    _ node: Swiftlet_Onnx_Node, _ graph: Swiftlet_Onnx_Graph,
    _ makers: [String: Swiftlet_Onnx_Node]
  ) -> Bool {
    var axes = node.attribute.first { $0.name == "axes" }?.ints ?? []
    if axes.isEmpty, node.input.count > 1 {
      let name = node.input[1]
      let tensor =
        graph.initializer.first { $0.name == name }
        ?? makers[name]?.attribute.first { $0.name == "value" }?.t
      guard let tensor, tensor.dims.allSatisfy({ $0 == 1 }) else { return false }
      axes =
        tensor.int64Data.isEmpty
        ? [tensor.rawData.prefix(8).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }]
        : Array(tensor.int64Data)
    }
    let rank = Int64(graph.output[0].type.tensorType.shape.dim.count)
    return axes.isEmpty || axes == [1] || axes == [rank > 0 ? 1 - rank : -1]
  }

  private static func isLastAxis(_ node: Swiftlet_Onnx_Node, default axis: Int64) -> Bool {
    [-1, 1].contains(node.attribute.first { $0.name == "axis" }?.i ?? axis)
  }

  /// Follows the first inputs of such nodes back.
  private static func passing(
    _ operators: [String], _ start: String, _ makers: [String: Swiftlet_Onnx_Node]
  ) -> String {
    var name = start
    // A graph may be a circle.
    for _ in 0..<16 {
      guard let node = makers[name], operators.contains(node.opType), let next = node.input.first
      else { break }
      name = next
    }
    return name
  }

  private static func needed(
    by output: String, _ graph: Swiftlet_Onnx_Graph, _ makers: [String: Swiftlet_Onnx_Node]
  ) -> [Swiftlet_Onnx_Node] {
    var names: Set<String> = []
    var open = [output]
    while let name = open.popLast() {
      guard names.insert(name).inserted else { continue }
      open += makers[name]?.input ?? []
    }
    return graph.node.filter { node in node.output.contains { names.contains($0) } }
  }
}
