// SPDX-License-Identifier: Apache-2.0

/// Little-endian fields of a part of the model file, each read with a bounds check.
///
/// It borrows its bytes: the owner, `ModelBytes`, outlives it.
@safe struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  /// Where this part starts in the file, for messages.
  let fileOffset: Int

  init(_ bytes: UnsafeRawBufferPointer, fileOffset: Int = 0) {
    unsafe self.bytes = bytes
    self.fileOffset = fileOffset
  }

  var count: Int { unsafe bytes.count }

  func unsigned8(_ offset: Int) throws(RuntimeError) -> UInt8 { try load(offset) }
  func unsigned16(_ offset: Int) throws(RuntimeError) -> UInt16 {
    UInt16(littleEndian: try load(offset))
  }
  func unsigned32(_ offset: Int) throws(RuntimeError) -> UInt32 {
    UInt32(littleEndian: try load(offset))
  }
  func unsigned64(_ offset: Int) throws(RuntimeError) -> UInt64 {
    UInt64(littleEndian: try load(offset))
  }
  func float(_ offset: Int) throws(RuntimeError) -> Float {
    Float(bitPattern: try unsigned32(offset))
  }

  /// - Throws: `malformed(.reservedNotZero)` unless the bytes in `range` are all zero.
  func requireZero(_ range: Range<Int>) throws(RuntimeError) {
    for offset in range where try unsigned8(offset) != 0 {
      throw .malformed(.reservedNotZero, offset: fileOffset + offset)
    }
  }

  @inline(__always)
  private func load<T: BitwiseCopyable>(_ offset: Int) throws(RuntimeError) -> T {
    guard offset >= 0, offset <= count - MemoryLayout<T>.size else {
      throw .malformed(.sectionSize, offset: fileOffset + count)
    }
    // The bounds were checked in the line above.
    return unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
  }
}
