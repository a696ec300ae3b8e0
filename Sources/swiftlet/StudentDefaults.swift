// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime

/// What `quantize` takes from the student's file where no option says it, and a note of it.
struct StudentDefaults {
  let student: ImportedStudent
  private var taken: [String] = []

  init(_ student: ImportedStudent) { self.student = student }

  private var path: String { student.metadata.source }

  /// The labels that the file names.
  mutating func labels() throws -> [String] {
    guard let labels = try student.metadata.labels() else {
      throw Failure(
        "\(path): it names no labels; give --labels FILE, one a line in the order of the outputs",
        code: Failure.usage)
    }
    taken.append("\(labels.count) labels")
    return labels
  }

  /// The class embeddings that the file holds.
  ///
  /// - Parameters:
  ///   - labels: nil for those that the file names.
  ///   - logitScale: nil for the file's.
  mutating func classes(labels: [String]?, logitScale: Float?) throws -> ClassSet {
    guard let classes = student.classes else {
      throw Failure(
        "\(path): it ends in an embedding and holds no classes; give --classes BANK, or "
          + "--class-embeddings FILE with --labels", code: Failure.usage)
    }
    let set = try ClassSet(
      classes, labels: try labels ?? self.labels(), logitScale: logitScale)
    taken.append("\(classes.count) class embeddings")
    if logitScale == nil { taken.append("logit scale \(classes.logitScale)") }
    return set
  }

  mutating func logitScale() throws -> Float? {
    let scale = try student.metadata.logitScale()
    if let scale { taken.append("logit scale \(scale)") }
    return scale
  }

  /// The file's preprocessing, else the standard one, with what options say in its place.
  mutating func preprocessing(_ options: PreprocessingOptions) throws -> PreprocessingRecord {
    guard !options.saysEverything, let base = try student.metadata.preprocessing() else {
      return options.applied(to: PreprocessingOptions.standard)
    }
    taken += options.remainder(of: base)
    return options.applied(to: base)
  }

  /// Says on standard error what was taken.
  func report() {
    guard !taken.isEmpty else { return }
    Terminal.complain("taken from \(path): " + taken.joined(separator: "; "))
  }
}
