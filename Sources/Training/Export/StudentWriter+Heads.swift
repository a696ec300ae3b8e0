// SPDX-License-Identifier: Apache-2.0
import Quantize

extension StudentWriter {
  /// Adds projection and unit norm, `z / max(|z|, 1e-12)`; returns the embedding's name, `[1, D]`.
  ///
  /// - Parameter projection: weights `[D][F]`, then the bias `[D]`.
  @discardableResult
  mutating func addEmbedding(
    _ features: String, _ projection: [Float], width: Int, isLast: Bool
  ) -> String {
    let count = width * plan.featureCount
    let weights = builder.addConstant(
      "projection.weights", Array(projection[..<count]), shape: [width, plan.featureCount])
    let bias = builder.addConstant("projection.bias", Array(projection[count...]), shape: [width])
    let projected = builder.addNode(
      "Gemm", name: "projection", [features, weights, bias], output: "projected",
      [("transB", .integer(1))])
    let norm = builder.addNode(
      "ReduceL2", name: "norm", [projected], output: "norm",
      [("axes", .integers([1])), ("keepdims", .integer(1))])
    let kept = builder.addNode(
      "Clip", name: "norm.clip", [norm, number(UnitNorm.shortest)], output: "norm.clipped")
    let embedding = builder.addNode(
      "Div", name: "unit", [projected, kept], output: "embedding")
    if isLast { builder.addOutput(embedding, shape: [1, width]) }
    return embedding
  }

  /// Adds `logitScale * embedding * T`.
  ///
  /// - Parameter texts: `[D][C]`.
  mutating func addClasses(
    _ embedding: String, _ texts: [Float], count: Int, width: Int, logitScale: Float
  ) {
    let weights = builder.addConstant("classes", texts, shape: [width, count])
    let cosines = builder.addNode(
      "MatMul", name: "cosines", [embedding, weights], output: "cosines")
    let scale = builder.addConstant("logit_scale", [logitScale], shape: [])
    let logits = builder.addNode("Mul", name: "scale", [cosines, scale], output: "logits")
    builder.addOutput(logits, shape: [1, count])
  }

  /// Adds a linear classifier.
  ///
  /// - Parameter weights: `[C][F]`.
  mutating func addClassifier(
    _ features: String, _ weights: [Float], _ bias: [Float], count: Int
  ) {
    let weights = builder.addConstant(
      "classifier.weights", weights, shape: [count, plan.featureCount])
    let bias = builder.addConstant("classifier.bias", bias, shape: [count])
    let logits = builder.addNode(
      "Gemm", name: "classifier", [features, weights, bias], output: "logits",
      [("transB", .integer(1))])
    builder.addOutput(logits, shape: [1, count])
  }
}
