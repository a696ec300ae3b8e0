// SPDX-License-Identifier: Apache-2.0

/// What a student's ONNX file ends in.
public enum ExportHead: Sendable {
  /// The embedding, unit norm; its classes come later, from a bank.
  ///
  /// - Parameter logitScale: recorded for whoever adds the classes.
  case embedding(logitScale: Float? = nil)
  /// `logitScale` times the cosines of the embedding with the classes' text embeddings.
  ///
  /// - Parameters:
  ///   - names: C labels.
  ///   - embeddings: `[C][D]`, unit norm.
  case classes(names: [String], embeddings: [Float], logitScale: Float)
  /// A linear classifier over the backbone's features, without the projection.
  ///
  /// - Parameters:
  ///   - names: C labels.
  ///   - weights: `[C][F]`.
  ///   - bias: `[C]`.
  case linear(names: [String], weights: [Float], bias: [Float])
}
