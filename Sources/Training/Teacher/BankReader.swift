// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// Takes the parts of a bank out of its file, and says what is wrong with them.
struct BankReader {
  private let file: Safetensors

  init(_ file: Safetensors) { self.file = file }

  func text(_ key: String) -> String { file.metadata[key] ?? "" }

  func checkFormat() throws(TrainingError) {
    let format = text("format")
    guard format == EmbeddingBank.format else {
      throw error(
        "its format is '\(format)', this program reads '\(EmbeddingBank.format)'; "
          + "see docs/embedding-bank.md")
    }
  }

  func logitScale() throws(TrainingError) -> Float {
    guard let scale = Float(text("logit_scale")), scale.isFinite, scale > 0 else {
      throw error("logit_scale '\(text("logit_scale"))' is no positive number")
    }
    return scale
  }

  /// A JSON list of texts.
  ///
  /// - Parameter count: how many there must be, if there are any.
  func list(
    _ key: String, isRequired: Bool = false, count: Int? = nil
  ) throws(TrainingError) -> [String] {
    guard let text = file.metadata[key] else {
      guard !isRequired else { throw error("its metadata has no '\(key)'") }
      return []
    }
    guard let list = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
      throw error("'\(key)' is no JSON list of texts")
    }
    if isRequired && list.isEmpty { throw error("'\(key)' is empty") }
    if let count, !list.isEmpty, list.count != count {
      throw error("'\(key)' has \(list.count) entries for \(count) pictures")
    }
    return list
  }

  func dictionary(_ key: String) throws(TrainingError) -> [String: String] {
    guard let text = file.metadata[key] else { return [:] }
    guard let found = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    else { throw error("'\(key)' is no JSON object of texts") }
    return found
  }

  func preprocessing() throws(TrainingError) -> BankPreprocessing? {
    guard let text = file.metadata["preprocessing"] else { return nil }
    guard let found = try? JSONDecoder().decode(BankPreprocessing.self, from: Data(text.utf8))
    else { throw error("'preprocessing' is no JSON object of size, fit, interpolation, mean, std") }
    if let problem = found.problem { throw error("in 'preprocessing', \(problem)") }
    return found
  }

  /// The shape of a tensor; each side must be what is given, nil for any from 1 on.
  func shape(_ key: String, _ expected: [Int?]) throws(TrainingError) -> [Int] {
    guard let tensor = file.tensors[key] else { throw error("it has no tensor '\(key)'") }
    let fits =
      tensor.shape.count == expected.count
      && zip(tensor.shape, expected).allSatisfy { $0 == ($1 ?? max($0, 1)) }
    guard fits else {
      let wanted = expected.map { $0.map(String.init) ?? "D" }.joined(separator: " x ")
      let found = tensor.shape.map(String.init).joined(separator: " x ")
      throw error("tensor '\(key)' is \(found), it should be \(wanted)")
    }
    return tensor.shape
  }

  func checkDistinct(_ names: [String], _ what: String) throws(TrainingError) {
    // By bytes: two ways to write the same accent are two files.
    var seen: Set<[UInt8]> = []
    for name in names where !seen.insert(Array(name.utf8)).inserted {
      throw error("the \(what) '\(name)' occurs twice")
    }
  }

  /// The rows of a tensor, each normalized.
  func unitRows(
    _ key: String, width: Int, name: (Int) -> String, _ oddCount: inout Int
  ) throws(TrainingError) -> [Float] {
    var rows = try TrainingError.reading { () throws(SafetensorsError) in
      try file.floats(key)
    }
    for row in 0..<rows.count / width {
      let norm = normalize(&rows, row * width..<(row + 1) * width)
      guard norm > 0, norm.isFinite else {
        throw error("the embedding of '\(name(row))' has the norm \(norm); make the bank again")
      }
      if abs(norm - 1) > EmbeddingBank.normTolerance { oddCount += 1 }
    }
    return rows
  }

  /// One row a group: its rows normalized, averaged, normalized again.
  func meanRows(
    _ key: String, groups: Int, width: Int, name: (Int) -> String, _ oddCount: inout Int
  ) throws(TrainingError) -> [Float] {
    let count = (file.tensors[key]?.elementCount ?? 0) / width / groups
    let rows = try unitRows(key, width: width, name: { name($0 / count) }, &oddCount)
    var means = [Float](repeating: 0, count: groups * width)
    for row in 0..<groups * count {
      let mean = row / count * width
      for column in 0..<width { means[mean + column] += rows[row * width + column] }
    }
    for group in 0..<groups {
      guard normalize(&means, group * width..<(group + 1) * width) > 0 else {
        throw error("the templates of '\(name(group))' cancel each other")
      }
    }
    return means
  }

  /// Divides by the Euclidean norm, computed in binary64; returns it.
  private func normalize(_ values: inout [Float], _ range: Range<Int>) -> Float {
    var sum = 0.0
    for index in range { sum += Double(values[index]) * Double(values[index]) }
    let norm = sum.squareRoot()
    guard norm > 0, norm.isFinite else { return Float(norm) }
    for index in range { values[index] = Float(Double(values[index]) / norm) }
    return Float(norm)
  }

  private func error(_ what: String) -> TrainingError { TrainingError("\(file.name): \(what)") }
}
