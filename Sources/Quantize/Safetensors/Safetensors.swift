// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file of named tensors: u64 length of a JSON header, the header, the tensors' bytes, all
/// little-endian. Any byte string gives tensors that lie inside of it, or an error.
///
/// Source: the safetensors format (huggingface/safetensors, README).
package struct Safetensors: Sendable {
  package struct Tensor: Sendable, Equatable {
    package var type: SafetensorsType
    /// Outermost dimension first.
    package var shape: [Int]
    /// Within the file.
    var range: Range<Int>

    /// The product of `shape`.
    package var elementCount: Int { range.count / type.byteCount }
  }

  /// The longest header that is read.
  static let headerByteLimit = 100_000_000

  package private(set) var metadata: [String: String] = [:]
  package private(set) var tensors: [String: Tensor] = [:]
  private let bytes: Data
  /// Stands for the file in errors.
  package let name: String

  /// Maps and checks a file.
  package init(path: String) throws(SafetensorsError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw SafetensorsError("\(path): cannot be read; check the path and its permissions")
    }
    try self.init(data, name: path)
  }

  /// Checks a file that is in memory.
  ///
  /// - Parameter name: stands for the file in errors.
  package init(_ bytes: Data, name: String) throws(SafetensorsError) {
    self.bytes = bytes
    self.name = name
    guard bytes.count >= 8 else { throw Self.damage(name, "it is shorter than its header") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(Self.headerByteLimit, bytes.count - 8)) else {
      throw Self.damage(name, "its header would have \(length) bytes")
    }
    let start = 8 + Int(length)
    let header = bytes[bytes.startIndex + 8..<bytes.startIndex + start]
    guard let value = try? JSONSerialization.jsonObject(with: header),
      let members = value as? [String: Any]
    else { throw Self.damage(name, "its header is no JSON object") }
    for (key, value) in members {
      if key == "__metadata__" {
        guard let metadata = value as? [String: String] else {
          throw Self.damage(name, "its metadata is not text")
        }
        self.metadata = metadata
      } else {
        tensors[key] = try Self.tensor(key, value, start: start, end: bytes.count, name)
      }
    }
    try checkCover(from: start)
  }

  private static func tensor(
    _ key: String, _ value: Any, start: Int, end: Int, _ name: String
  ) throws(SafetensorsError) -> Tensor {
    guard let fields = value as? [String: Any], let typeName = fields["dtype"] as? String,
      let shape = fields["shape"] as? [Int], let offsets = fields["data_offsets"] as? [Int],
      offsets.count == 2
    else { throw damage(name, "tensor '\(key)' is not described") }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw SafetensorsError(
        "\(name): tensor '\(key)' has the type \(typeName), which is none of "
          + SafetensorsType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard let count = checkedProduct(shape + [type.byteCount]) else {
      throw damage(name, "tensor '\(key)' has a bad shape")
    }
    guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= end - start,
      offsets[1] - offsets[0] == count
    else { throw damage(name, "tensor '\(key)' does not fit its bytes") }
    return Tensor(type: type, shape: shape, range: start + offsets[0]..<start + offsets[1])
  }

  /// The format allows neither overlaps nor bytes that belong to no tensor.
  private func checkCover(from start: Int) throws(SafetensorsError) {
    var end = start
    for range in tensors.values.map(\.range).sorted(by: { $0.lowerBound < $1.lowerBound })
    where !range.isEmpty {
      guard range.lowerBound == end else {
        throw Self.damage(name, range.lowerBound < end ? "two tensors overlap" : "it has holes")
      }
      end = range.upperBound
    }
    guard end == bytes.count else {
      throw Self.damage(name, "\(bytes.count - end) bytes belong to no tensor")
    }
  }

  private static func damage(_ name: String, _ what: String) -> SafetensorsError {
    SafetensorsError(
      "\(name): this is no safetensors file, or a damaged one (\(what)); copy it again")
  }

  /// A tensor of floats.
  ///
  /// - Throws: where there is none of that name, or it has another type than F16 or F32.
  package func floatTensor(_ key: String) throws(SafetensorsError) -> Tensor {
    guard let tensor = tensors[key] else {
      throw SafetensorsError("\(name): there is no tensor '\(key)'")
    }
    guard tensor.type == .float16 || tensor.type == .float32 else {
      throw SafetensorsError(
        "\(name): tensor '\(key)' has the type \(tensor.type.rawValue), not F16 or F32")
    }
    return tensor
  }

  /// The elements of a float tensor, row by row.
  ///
  /// - Throws: as `floatTensor`.
  package func floats(_ key: String) throws(SafetensorsError) -> [Float] {
    let tensor = try floatTensor(key)
    return floats(tensor, 0..<tensor.elementCount)
  }

  /// Some elements of a float tensor of this file, as `floatTensor` gives it.
  package func floats(_ tensor: Tensor, _ elements: Range<Int>) -> [Float] {
    precondition(elements.lowerBound >= 0 && elements.upperBound <= tensor.elementCount)
    let (size, isHalf) = (tensor.type.byteCount, tensor.type == .float16)
    return bytes.withUnsafeBytes { file in
      let part = UnsafeRawBufferPointer(rebasing: file[tensor.range])
      return elements.map { index in
        guard !isHalf else {
          let bits = part.loadUnaligned(fromByteOffset: index * size, as: UInt16.self)
          return HalfFloat.float(UInt16(littleEndian: bits))
        }
        let bits = part.loadUnaligned(fromByteOffset: index * size, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }
}
