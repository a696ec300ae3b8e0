// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The text embeddings of an embedding bank (docs/embedding-bank.md), or of any safetensors file
/// with a tensor `text` of shape C x T x D or C x D, F16 or F32, and names for its rows.
///
/// The file is untrusted: any byte string gives embeddings or a `ClassError`.
public struct TextEmbeddings: Sendable {
  public let path: String
  /// Names of the C classes.
  public let classes: [String]
  /// D.
  public let width: Int
  /// What the vision-language model multiplies cosines by; nil where the file does not say it.
  public let logitScale: Float?
  private let aliases: [String: String]
  /// The first row of each name.
  private let rows: [String: Int]
  private let templateCount: Int
  private let file: Safetensors
  private let text: Safetensors.Tensor

  /// - Parameter names: names of the rows; nil for those in the file's metadata.
  /// - Throws: `ClassError`.
  public init(path: String, names: [String]? = nil) throws {
    self.path = path
    do {
      file = try Safetensors(path: path)
      text = try file.floatTensor("text")
    } catch {
      throw ClassError(error.description)
    }
    let shape = text.shape
    guard shape.count == 2 || shape.count == 3, !shape.contains(0) else {
      throw ClassError(
        "\(path): its tensor 'text' has shape \(shape.brief); class embeddings are classes x width "
          + "or classes x templates x width, none of them 0")
    }
    width = shape[shape.count - 1]
    templateCount = shape.count == 3 ? shape[1] : 1
    let metadata = file.metadata
    func decoded<T: Decodable>(_ key: String, _ type: T.Type) -> T? {
      metadata[key].flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
    aliases = decoded("aliases", [String: String].self) ?? [:]
    logitScale = metadata["logit_scale"].flatMap { Float($0) }
    guard let classes = names ?? decoded("classes", [String].self) else {
      throw ClassError("\(path): its metadata has no 'classes'; name its rows with --labels")
    }
    guard classes.count == shape[0] else {
      throw ClassError("\(path): there are \(classes.count) names for \(shape[0]) embeddings")
    }
    self.classes = classes
    rows = Dictionary(zip(classes, classes.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The unit embedding of a class, the mean of its unit embeddings over all templates.
  ///
  /// - Parameter name: of the class, or its alias, or with "_" for a space.
  /// - Throws: `ClassError` where there is no such class, or its embedding is no direction.
  public func embedding(of name: String) throws -> [Float] {
    let candidates = [name, aliases[name], name.replacingOccurrences(of: "_", with: " ")]
    guard
      let index = candidates.lazy.compactMap({ $0 }).compactMap({ rows[$0] }).first
    else { throw ClassError("\(path): there is no class '\(name)'\(advice(on: name))") }
    var mean = [Double](repeating: 0, count: width)
    for template in 0..<templateCount {
      let row = row(index * templateCount + template)
      for (column, value) in try unit(row, name).enumerated() { mean[column] += value }
    }
    return try unit(mean, name).map { Float($0) }
  }

  private func advice(on name: String) -> String {
    let word = name.lowercased().replacingOccurrences(of: "_", with: " ")
    let near = classes.filter { $0.lowercased().contains(word) || word.contains($0.lowercased()) }
    let shown = near.isEmpty ? Array(classes.prefix(8)) : Array(near.prefix(8))
    return "; it has \(classes.count) classes, \(near.isEmpty ? "as" : "among them") "
      + shown.joined(separator: ", ")
  }

  private func unit(_ values: [Double], _ name: String) throws -> [Double] {
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm > 0, norm.isFinite else {
      throw ClassError(
        "\(path): the embedding of '\(name)' has the norm \(norm); make the bank again")
    }
    return values.map { $0 / norm }
  }

  private func row(_ index: Int) -> [Double] {
    file.floats(text, index * width..<(index + 1) * width).map(Double.init)
  }
}
