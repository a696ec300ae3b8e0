// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime

/// What an ONNX file says of its student in `metadata_props`: docs/quantization.md, *Metadata*.
///
/// Texts are read when they are asked for, so that an option in their place makes do with a file
/// whose own are damaged.
package struct StudentMetadata: Sendable {
  package enum Key: String, Sendable, CaseIterable {
    /// A JSON list of texts.
    case labels = "swiftlet.labels"
    /// A JSON object.
    case preprocessing = "swiftlet.preprocessing"
    /// What cosines with class embeddings are multiplied by.
    case logitScale = "swiftlet.logit_scale"
    /// What the graph ends in.
    case head = "swiftlet.head"
  }

  /// The file, for errors.
  package let source: String
  private let texts: [Key: String]

  /// - Parameter entries: of the file; of those with the same key the last counts.
  init(_ entries: [(key: String, value: String)], source: String) {
    self.source = source
    texts = Dictionary(
      entries.compactMap { entry in Key(rawValue: entry.key).map { ($0, entry.value) } },
      uniquingKeysWith: { $1 })
  }

  /// - Throws: `ImportError`, as the functions below.
  package func labels() throws -> [String]? {
    guard let labels = try decoded(.labels, [String].self, "a JSON list of texts") else {
      return nil
    }
    guard !labels.isEmpty else { throw failure(.labels, "names no label") }
    return labels
  }

  package func preprocessing() throws -> PreprocessingRecord? {
    let form =
      "a JSON object with mean and deviation (three numbers each), colourOrder, resizeRule and "
      + "resizeSize"
    guard let text = try decoded(.preprocessing, PreprocessingText.self, form) else { return nil }
    do {
      return try text.record()
    } catch {
      throw failure(.preprocessing, error.problem)
    }
  }

  package func logitScale() throws -> Float? {
    guard let text = texts[.logitScale] else { return nil }
    guard let scale = Float(text), scale.isFinite, scale > 0 else {
      throw failure(.logitScale, "is not a positive number")
    }
    return scale
  }

  func ending() throws -> ImportedStudent.Ending? {
    guard let text = texts[.head] else { return nil }
    guard let ending = ImportedStudent.Ending(rawValue: text) else {
      throw failure(.head, "is none of embedding, classes, linear")
    }
    return ending
  }

  private func decoded<Value: Decodable>(
    _ key: Key, _ type: Value.Type, _ form: String
  ) throws -> Value? {
    guard let text = texts[key] else { return nil }
    guard let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else {
      throw failure(key, "is not \(form)")
    }
    return value
  }

  private func failure(_ key: Key, _ problem: String) -> ImportError {
    let shown = (texts[key] ?? "").prefix(40).filter {
      !$0.unicodeScalars.contains { $0.value < 32 }
    }
    return ImportError(
      source: source, problem: "its metadata '\(key.rawValue)' (\(shown)) \(problem)",
      advice: "export the student again, or give the option that says it instead")
  }

  // MARK: - Writing

  /// The entries of a file, in a fixed order. The same values give the same texts.
  ///
  /// - Parameter labels: of its classes; none where it ends in an embedding.
  package static func entries(
    labels: [String], preprocessing: PreprocessingRecord, logitScale: Float?,
    ending: ImportedStudent.Ending
  ) throws -> [(key: String, value: String)] {
    var entries = [(Key.head, ending.rawValue)]
    if !labels.isEmpty { entries.append((.labels, try encoded(labels))) }
    if let logitScale { entries.append((.logitScale, logitScale.description)) }
    entries.append((.preprocessing, try encoded(PreprocessingText(preprocessing))))
    return entries.map { (key: $0.0.rawValue, value: $0.1) }
  }

  private static func encoded(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
