// SPDX-License-Identifier: Apache-2.0

/// The class embeddings that a student's graph holds behind its embedding.
package struct EmbeddingClasses: Sendable {
  /// C.
  package let count: Int
  /// D, the width of the embedding.
  package let width: Int
  /// `[C][D]`; cosines with these rows are the scores.
  package let rows: [Float]
  /// What cosines are multiplied by before softmax.
  package let logitScale: Float
}

extension GraphBuilder {
  /// Rows whose lengths differ by more cannot share a logit scale: half floats differ by less.
  static let rowTolerance = 0.01

  /// The classes of a tail; nil where it has none. The graph before it has been built.
  ///
  /// - Parameter output: the embedding's shape.
  mutating func readClasses(
    _ tail: EmbeddingTail, output: Shape
  ) throws -> EmbeddingClasses? {
    guard let product = tail.product else { return nil }
    let reader = NodeReader(node: product, source: source)
    let weights = try readRows(reader)
    guard output == Shape(height: 1, width: 1, channels: weights.inputs) else {
      throw reader.failure(
        "class embeddings of \(weights.inputs) elements do not fit an embedding of "
          + "\(output.height)x\(output.width)x\(output.channels)", advice: "export again")
    }
    var scale = try commonLength(of: weights, reader)
    for factor in tail.factors {
      let value = Double(try readFactor(factor))
      scale = factor.node.opType == "Div" ? scale / value : scale * value
    }
    guard Float(scale).isFinite, Float(scale) > 0 else {
      throw reader.failure(
        "the logit scale beside it is \(Float(scale)), not a positive number",
        advice: "export the student with the logit scale that it was trained with")
    }
    let rows = (0..<weights.outputs).flatMap { output in
      (0..<weights.inputs).map { weights[$0, output] }
    }
    return EmbeddingClasses(
      count: weights.outputs, width: weights.inputs, rows: rows, logitScale: Float(scale))
  }

  /// The weights of the product, an output each class.
  private mutating func readRows(_ reader: NodeReader) throws -> Matrix {
    try reader.checkAttributes(OperatorTable.entries[reader.node.opType]?.attributes ?? [])
    guard reader.node.opType == "Gemm" else {
      let weights = try readMatMulWeights(reader)
      try spend(weights.values.count, reader)
      return weights
    }
    let (weights, bias) = try readGemmParameters(reader)
    guard bias.allSatisfy({ $0 == 0 }) else {
      throw reader.failure(
        "it adds biases to the cosines of class embeddings, which the model file cannot hold",
        advice: "train and export the student without them")
    }
    try spend(weights.values.count, reader)
    return weights
  }

  private mutating func readFactor(_ factor: EmbeddingTail.Factor) throws -> Float {
    let reader = NodeReader(node: factor.node, source: source)
    let constant = try parameters(reader, factor.place, "factors")
    guard constant.count == 1 else {
      throw reader.failure(
        "a constant of shape \(constant.dimensions.brief) beside class embeddings is not supported "
          + "(one number, the logit scale, is)")
    }
    return constant.floats[0]
  }

  /// The length that all rows have, 1 where they are unit vectors but for rounding.
  private func commonLength(of weights: Matrix, _ reader: NodeReader) throws -> Double {
    let lengths = (0..<weights.outputs).map { output in
      (0..<weights.inputs).reduce(0.0) { sum, input in
        sum + Double(weights[input, output]) * Double(weights[input, output])
      }.squareRoot()
    }
    let (least, most) = (lengths.min() ?? 1, lengths.max() ?? 1)
    guard least > 0, most <= least * (1 + Self.rowTolerance) else {
      let ends = [least, most].map { String(($0 * 1000).rounded() / 1000) }
      throw reader.failure(
        "its class embeddings have lengths from \(ends[0]) to \(ends[1])",
        advice: "bring each to unit length before the export")
    }
    let mean = lengths.reduce(0, +) / Double(lengths.count)
    return abs(mean - 1) <= Self.rowTolerance ? 1 : mean
  }
}
