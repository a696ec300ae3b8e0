// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// Builds a safetensors file.
public struct SafetensorsWriter {
  private var metadata: [String: String]
  private var entries: [(key: String, fields: [String: Any])] = []
  private var data: [UInt8] = []

  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a tensor as float16, each value rounded to the nearest, half to even.
  ///
  /// - Precondition: `values` fill `shape`.
  public mutating func add(half key: String, _ values: [Float], shape: [Int]) {
    add(key, "F16", shape, values.count) { bytes in
      for value in values { Self.append(HalfFloat.bits(value), to: &bytes) }
    }
  }

  /// Adds a tensor as float32.
  ///
  /// - Precondition: `values` fill `shape`.
  public mutating func add(single key: String, _ values: [Float], shape: [Int]) {
    add(key, "F32", shape, values.count) { bytes in
      for value in values { Self.append(value.bitPattern, to: &bytes) }
    }
  }

  private mutating func add(
    _ key: String, _ type: String, _ shape: [Int], _ count: Int, _ write: (inout [UInt8]) -> Void
  ) {
    precondition(shape.reduce(1, *) == count, "the values fill the shape")
    let start = data.count
    write(&data)
    entries.append((key, ["dtype": type, "shape": shape, "data_offsets": [start, data.count]]))
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The whole file. The same tensors give the same bytes.
  public func bytes() throws -> [UInt8] {
    var members: [String: Any] = Dictionary(
      uniqueKeysWithValues: entries.map { ($0.key, $0.fields) })
    if !metadata.isEmpty { members["__metadata__"] = metadata }
    var header = Array(
      try JSONSerialization.data(withJSONObject: members, options: [.sortedKeys]))
    // The tensors begin at a multiple of eight.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var file: [UInt8] = []
    Self.append(UInt64(header.count), to: &file)
    return file + header + data
  }

  /// Writes the file as a whole: to a temporary file, then renamed.
  public func write(to path: String) throws { try AtomicFile.write(bytes(), to: path) }
}
