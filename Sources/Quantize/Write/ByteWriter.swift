// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Little-endian bytes, growing at the end.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  var count: Int { bytes.count }

  mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: Float) { append(value.bitPattern) }

  /// A field of the file; the caller's values are verified when the file is read back.
  mutating func append16(_ value: Int) { append(UInt16(clamping: value)) }
  mutating func append32(_ value: Int) { append(UInt32(clamping: value)) }
  mutating func append64(_ value: Int) { append(UInt64(clamping: value)) }

  mutating func append<T: FixedWidthInteger>(contentsOf values: [T]) {
    for value in values { append(value) }
  }

  mutating func append(bytes more: [UInt8]) { bytes.append(contentsOf: more) }

  mutating func appendZeros(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }

  /// Zeros up to the next multiple of the format's alignment.
  mutating func align() {
    let mask = ModelFormat.alignment - 1
    appendZeros(((bytes.count + mask) & ~mask) - bytes.count)
  }

  /// Overwrites eight bytes.
  mutating func replace(at offset: Int, with value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { word in
      for i in 0..<word.count { bytes[offset + i] = word[i] }
    }
  }
}
