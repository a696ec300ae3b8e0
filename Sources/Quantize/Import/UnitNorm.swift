// SPDX-License-Identifier: Apache-2.0

/// A division by the Euclidean norm in an ONNX graph, as exporters write it: `Div(x, n)` with n made
/// of x by ReduceL2, or by ReduceSum or ReduceSumSquare and Sqrt, behind which Clip, Max, Add,
/// Expand and Identity may keep it from zero and give it a shape; or LpNormalization.
struct UnitNorm {
  /// What may stand between a norm and the division by it: the quotient keeps its direction.
  private static let keeping = ["Clip", "Max", "Add", "Expand", "Identity", "Unsqueeze", "Reshape"]

  /// What is divided: `operand`, or a multiple of it.
  let numerator: String
  /// What the norm is of.
  let operand: String

  /// The unit norm that a node ends; nil where it does something else.
  init?(_ node: Swiftlet_Onnx_Node, _ links: GraphLinks) {
    guard let numerator = node.input.first else { return nil }
    self.numerator = numerator
    switch node.opType {
    case "LpNormalization":
      let power = node.attribute.first { $0.name == "p" }?.i ?? 2
      let axis = node.attribute.first { $0.name == "axis" }?.i ?? -1
      guard power == 2, [-1, 1].contains(axis) else { return nil }
      operand = numerator
    case "Div":
      guard node.input.count == 2,
        let reduction = links.maker(of: links.passing(Self.keeping + ["Sqrt"], node.input[1])),
        let operand = Self.operand(of: node.input[1], links),
        Self.reducesChannels(reduction, links)
      else { return nil }
      self.operand = operand
    default: return nil
    }
  }

  /// What a value is the Euclidean norm of.
  private static func operand(of name: String, _ links: GraphLinks) -> String? {
    guard let root = links.maker(of: links.passing(keeping, name)) else { return nil }
    if root.opType == "ReduceL2" { return root.input.first }
    guard root.opType == "Sqrt" else { return nil }
    return links.maker(of: links.passing(keeping, root.input.first ?? "")).flatMap {
      summedSquares($0, links)
    }
  }

  /// What a node sums the squares of.
  private static func summedSquares(
    _ node: Swiftlet_Onnx_Node, _ links: GraphLinks
  ) -> String? {
    if node.opType == "ReduceSumSquare" { return node.input.first }
    guard node.opType == "ReduceSum", let square = links.maker(of: node.input.first ?? ""),
      let name = square.input.first
    else { return nil }
    let isSquare = square.opType == "Mul" ? square.input == [name, name] : square.opType == "Pow"
    return isSquare ? name : nil
  }

  /// Whether a reduction runs over the channels, axis 1; one without axes runs over everything.
  private static func reducesChannels(_ node: Swiftlet_Onnx_Node, _ links: GraphLinks) -> Bool {
    let graph = links.graph
    var axes = node.attribute.first { $0.name == "axes" }?.ints ?? []
    if axes.isEmpty, node.input.count > 1 {
      let name = node.input[1]
      let tensor =
        graph.initializer.first { $0.name == name }
        ?? links.maker(of: name)?.attribute.first { $0.name == "value" }?.t
      guard let tensor, tensor.dims.allSatisfy({ $0 == 1 }) else { return false }
      axes =
        tensor.int64Data.isEmpty
        ? [tensor.rawData.prefix(8).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }]
        : Array(tensor.int64Data)
    }
    let rank = Int64(graph.output[0].type.tensorType.shape.dim.count)
    return axes.isEmpty || axes == [1] || axes == [rank > 0 ? 1 - rank : -1]
  }
}
