// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// One bank of banks that were made of parts of the same pictures, by the same model, with the same
/// texts. The order of the parts does not matter.
public struct BankMerge: Sendable {
  private struct Picture {
    var part: Int
    var index: Int
    var path: [UInt8]
  }

  /// Pictures that came twice with the same bytes and the same embedding; one of each is kept.
  public let droppedCount: Int
  public var pictureCount: Int { pictures.count }
  private let parts: [BankPart]
  /// By path, byte for byte.
  private let pictures: [Picture]

  /// Reads the parts and checks that they belong together.
  ///
  /// - Precondition: there is a part.
  public init(paths: [String]) throws(TrainingError) {
    var parts: [BankPart] = []
    for path in paths { parts.append(try BankPart(path: path)) }
    try self.init(parts)
  }

  init(_ parts: [BankPart]) throws(TrainingError) {
    precondition(!parts.isEmpty, "there is a part")
    for part in parts.dropFirst() { try BankAgreement(parts[0], part).check() }
    var pictures = parts.indices.flatMap { part in
      parts[part].bank.paths.enumerated().map {
        Picture(part: part, index: $0.offset, path: Array($0.element.utf8))
      }
    }
    pictures.sort { lhs, rhs in
      lhs.path == rhs.path
        ? lhs.part < rhs.part : lhs.path.lexicographicallyPrecedes(rhs.path)
    }
    var kept: [Picture] = []
    for picture in pictures {
      guard let last = kept.last, last.path == picture.path else {
        kept.append(picture)
        continue
      }
      try BankAgreement(parts[last.part], parts[picture.part])
        .check(picture: last.index, picture.index)
    }
    droppedCount = pictures.count - kept.count
    self.parts = parts
    self.pictures = kept
  }

  /// Labels that the texts know under another name, of all parts.
  private func aliases() throws(TrainingError) -> [String: String] {
    var aliases: [String: String] = [:]
    for part in parts {
      for (label, name) in part.bank.aliases {
        if let other = aliases.updateValue(name, forKey: label), other != name {
          throw TrainingError(
            "\(part.name): the alias '\(label)' stands for '\(name)', in another part for "
              + "'\(other)'; make the parts with the same aliases")
        }
      }
    }
    return aliases
  }

  /// The whole bank. A tensor is float16 where it is in all parts, so that no row changes.
  func writer() throws(TrainingError) -> SafetensorsWriter {
    // Texts differ by rounding at most; the smallest are taken, so that the order does not matter.
    let first = parts.min { lhs, rhs in
      (lhs.textType == rhs.textType)
        ? lhs.texts.lexicographicallyPrecedes(rhs.texts) : lhs.textType == .float32
    }
    guard let first else { preconditionFailure("there is a part") }
    let bank = first.bank
    var writer = SafetensorsWriter(metadata: try metadata(first))
    var images: [Float] = []
    images.reserveCapacity(pictures.count * bank.width)
    for picture in pictures { images += parts[picture.part].image(picture.index) }
    let shape = [pictures.count, bank.width]
    if parts.allSatisfy({ $0.imageType == .float16 }) {
      writer.add(half: "image", images, shape: shape)
    } else {
      writer.add(single: "image", images, shape: shape)
    }
    let textShape = [bank.classes.count, bank.templates.count, bank.width]
    if first.textType == .float16 {
      writer.add(half: "text", first.texts, shape: textShape)
    } else {
      writer.add(single: "text", first.texts, shape: textShape)
    }
    return writer
  }

  /// Keys that all parts agree on are kept, also those that this program does not know.
  private func metadata(_ first: BankPart) throws(TrainingError) -> [String: String] {
    var metadata = parts[0].metadata.filter { key, value in
      parts.allSatisfy { $0.metadata[key] == value }
    }
    // The same in all parts, though perhaps in other JSON.
    for key in ["logit_scale", "classes", "templates", "preprocessing"] {
      metadata[key] = parts.compactMap { $0.metadata[key] }.min()
    }
    let notes = Set(parts.map(\.bank.notes)).subtracting([""]).sorted()
    metadata["notes"] = notes.isEmpty ? nil : notes.joined(separator: "; ")
    metadata["paths"] = Self.json(list { $0.bank.paths[$1] })
    metadata["sha256"] =
      first.bank.digests.isEmpty ? nil : Self.json(list { $0.bank.digests[$1].lowercased() })
    let hasLabels = parts.contains { !$0.bank.labels.isEmpty }
    metadata["labels"] = hasLabels ? Self.json(list { $0.bank.label(ofImage: $1) }) : nil
    let aliases = try aliases()
    metadata["aliases"] = aliases.isEmpty ? nil : Self.json(aliases)
    return metadata
  }

  private func list(_ value: (BankPart, Int) -> String) -> [String] {
    pictures.map { value(parts[$0.part], $0.index) }
  }

  /// Lists and dictionaries of texts always have a JSON form.
  private static func json(_ value: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes the file as a whole: to a temporary file, then renamed.
  public func write(to path: String) throws(TrainingError) {
    let writer = try writer()
    do { try writer.write(to: path) } catch { throw TrainingError(failure: "\(error)") }
  }
}
