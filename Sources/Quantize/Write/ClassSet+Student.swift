// SPDX-License-Identifier: Apache-2.0
import Runtime

extension ClassSet {
  /// The classes that a student's file holds.
  ///
  /// - Parameters:
  ///   - labels: of its rows, in order.
  ///   - logitScale: nil for the file's.
  /// - Throws: `QuantizationError.labelCount`, `ClassError`.
  package init(
    _ classes: EmbeddingClasses, labels: [String], logitScale: Float? = nil
  ) throws {
    guard labels.count == classes.count else {
      throw QuantizationError.labelCount(labels: labels.count, outputs: classes.count)
    }
    let width = classes.width
    try self.init(
      classes: labels.enumerated().map { index, label in
        (label, Array(classes.rows[index * width..<(index + 1) * width]))
      }, logitScale: logitScale ?? classes.logitScale)
  }
}

extension QuantizationJob {
  /// The job with the classes that its student's file holds, where it names no others.
  /// - Throws: `ClassError`, `QuantizationError.labelCount`.
  func completed(by student: ImportedStudent) throws -> QuantizationJob {
    guard classes == nil, student.ending != .linear else { return self }
    guard let found = student.classes else {
      throw ClassError(
        "\(self.student): it ends in an embedding and holds no classes; give class embeddings")
    }
    var job = self
    job.classes = try ClassSet(found, labels: labels)
    return job
  }
}
