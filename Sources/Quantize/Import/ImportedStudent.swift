// SPDX-License-Identifier: Apache-2.0

/// A float student as its ONNX file holds it: the network, and what stands beside it.
package struct ImportedStudent: Sendable {
  /// What the ONNX graph ends in.
  package enum Ending: String, Sendable {
    /// A unit norm.
    case embedding
    /// A unit norm, and a product with class embeddings.
    case classes
    /// Anything else: scores of a linear classifier, for example.
    case linear
  }

  /// It ends in the embedding, before its unit norm, where the file does not end in scores.
  package let graph: FloatGraph
  package let ending: Ending
  /// The class embeddings behind the embedding.
  package let classes: EmbeddingClasses?
  package let metadata: StudentMetadata

  /// - Throws: `ImportError` where the file says that it ends otherwise.
  init(
    graph: FloatGraph, ending: Ending, classes: EmbeddingClasses?, metadata: StudentMetadata
  ) throws {
    if let stated = try metadata.ending(), stated != ending {
      throw ImportError(
        source: metadata.source,
        problem: "its metadata say that it ends in '\(stated.rawValue)', its graph ends in "
          + "'\(ending.rawValue)'",
        advice: "export the student again, or take '\(StudentMetadata.Key.head.rawValue)' out")
    }
    (self.graph, self.ending, self.classes, self.metadata) = (graph, ending, classes, metadata)
  }
}
