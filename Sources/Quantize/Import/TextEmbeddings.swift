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
  private let elementByteCount: Int
  private let bytes: Data

  /// - Parameter names: names of the rows; nil for those in the file's metadata.
  /// - Throws: `ClassError`.
  public init(path: String, names: [String]? = nil) throws {
    self.path = path
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    else { throw ClassError("\(path): cannot be read; check the path and its permissions") }
    let damage = ClassError(
      "\(path): this is no safetensors file with an F16 or F32 tensor 'text' of classes x "
        + "templates x width, or it is damaged; copy it again")
    guard data.count >= 8 else { throw damage }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(data.count - 8, 100_000_000)),
      let value = try? JSONSerialization.jsonObject(with: data[8..<8 + Int(length)]),
      let header = value as? [String: Any], let text = header["text"] as? [String: Any],
      let type = text["dtype"] as? String, let size = ["F16": 2, "F32": 4][type],
      let shape = text["shape"] as? [Int], let offsets = text["data_offsets"] as? [Int],
      offsets.count == 2, shape.count == 2 || shape.count == 3,
      let count = checkedProduct(shape + [size]), count > 0, offsets[0] >= 0,
      offsets[1] <= data.count - 8 - Int(length), offsets[1] >= offsets[0],
      offsets[1] - offsets[0] == count
    else { throw damage }
    let start = 8 + Int(length) + offsets[0]
    bytes = data[start..<start + count]
    elementByteCount = size
    width = shape[shape.count - 1]
    templateCount = shape.count == 3 ? shape[1] : 1
    let metadata = header["__metadata__"] as? [String: String] ?? [:]
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
    bytes.withUnsafeBytes { part in
      (0..<width).map { column in
        let offset = (index * width + column) * elementByteCount
        guard elementByteCount == 2 else {
          let bits = part.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
          return Double(Float(bitPattern: UInt32(littleEndian: bits)))
        }
        return Self.half(
          UInt16(littleEndian: part.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
      }
    }
  }

  /// IEEE 754 binary16.
  static func half(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}
