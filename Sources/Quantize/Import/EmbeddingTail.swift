// SPDX-License-Identifier: Apache-2.0

/// What stands behind an embedding at the end of an ONNX graph: its unit norm, and where there are
/// classes a product with constant class embeddings. Constant factors may stand before and behind
/// the product: `scale * (z / |z|) T`.
struct EmbeddingTail {
  /// A node that multiplies or divides by a constant, its input `place`.
  struct Factor {
    let node: Swiftlet_Onnx_Node
    let place: Int
  }

  /// What to do about one that is not recognized.
  static let advice =
    "let the student end in its embedding's unit norm (x / |x| over the channels), with nothing "
    + "behind it but a product with constant class embeddings and a constant logit scale"

  /// The value before its unit norm.
  private(set) var embedding = ""
  /// MatMul or Gemm, its second input constant; nil for a graph that ends in the embedding.
  private(set) var product: Swiftlet_Onnx_Node?
  private(set) var factors: [Factor] = []

  /// The tail of a graph with one output; nil where it does not end so.
  init?(_ links: GraphLinks) {
    guard links.graph.output.count == 1 else { return nil }
    var name = links.graph.output[0].name
    for _ in 0..<GraphLinks.maximumSteps {
      name = links.passing(["Identity"], name)
      guard let node = links.maker(of: name) else { return nil }
      if let norm = UnitNorm(node, links) {
        // A factor alone would change scores into other ones; behind classes it is the logit scale.
        guard product != nil || factors.isEmpty,
          follow(from: norm.numerator, to: norm.operand, links)
        else { return nil }
        embedding = norm.operand
        return
      }
      if let next = takeFactor(node, links) ?? takeProduct(node, links) {
        name = next
      } else {
        return nil
      }
    }
    return nil
  }

  /// Takes the factors of a numerator that is a multiple of what the norm is of.
  private mutating func follow(from start: String, to end: String, _ links: GraphLinks) -> Bool {
    var name = start
    for _ in 0..<GraphLinks.maximumSteps where name != end {
      guard let node = links.maker(of: name), let next = takeFactor(node, links) else {
        return false
      }
      name = next
    }
    return name == end && (product != nil || factors.isEmpty)
  }

  private mutating func takeFactor(_ node: Swiftlet_Onnx_Node, _ links: GraphLinks) -> String? {
    guard ["Mul", "Div"].contains(node.opType), node.input.count == 2 else { return nil }
    let places = node.opType == "Mul" ? [1, 0] : [1]
    guard let place = places.first(where: { links.isConstant(node.input[$0]) }),
      !links.isConstant(node.input[1 - place])
    else { return nil }
    factors.append(Factor(node: node, place: place))
    return node.input[1 - place]
  }

  private mutating func takeProduct(_ node: Swiftlet_Onnx_Node, _ links: GraphLinks) -> String? {
    guard product == nil, ["MatMul", "Gemm"].contains(node.opType), node.input.count >= 2,
      links.isConstant(node.input[1])
    else { return nil }
    product = node
    return node.input[0]
  }

  /// The graph up to the embedding, with the nodes that make the tail's constants.
  func head(of links: GraphLinks) -> Swiftlet_Onnx_Graph {
    let constants =
      (product.map { Array($0.input.dropFirst()) } ?? [])
      + factors.map { $0.node.input[$0.place] }
    var graph = links.graph
    graph.output[0].name = embedding
    graph.node = links.needed(by: [embedding] + constants)
    return graph
  }
}
