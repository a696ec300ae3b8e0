// SPDX-License-Identifier: Apache-2.0

/// A text in the strings section.
struct TextRange: Sendable {
  var offset: Int
  var byteCount: Int

  init(offset: Int, byteCount: Int) {
    self.offset = offset
    self.byteCount = byteCount
  }

  /// Reads the u32 offset and the u32 byte count at `offset` of `reader`, and checks them against
  /// the size of the strings section.
  init(_ reader: ByteReader, at offset: Int, stringsByteCount: Int) throws(RuntimeError) {
    let start = try reader.unsigned32(offset)
    let count = try reader.unsigned32(offset + 4)
    guard UInt64(start) + UInt64(count) <= UInt64(stringsByteCount) else {
      throw .malformed(.text, offset: reader.fileOffset + offset)
    }
    self.offset = Int(start)
    self.byteCount = Int(count)
  }
}

/// The rules for texts: well-formed UTF-8 (Unicode 15, table 3-7) without control characters, so
/// that a label can be printed on a terminal and written into JSON.
enum TextRules {
  static func hold(for bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index < bytes.count {
      let length = unsafe scalarLength(bytes, at: index)
      guard length > 0 else { return false }
      index += length
    }
    return true
  }

  /// The bytes of the scalar at `index`, or 0 where there is no allowed one.
  private static func scalarLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    func byte(_ ahead: Int) -> UInt8 {
      unsafe index + ahead < bytes.count ? bytes[index + ahead] : 0
    }
    func continues(_ ahead: Int, from low: UInt8 = 0x80, to high: UInt8 = 0xBF) -> Bool {
      let value = byte(ahead)
      return value >= low && value <= high
    }
    switch byte(0) {
    case 0x20...0x7E: return 1
    // U+0080...U+009F are control characters.
    case 0xC2: return continues(1, from: 0xA0) ? 2 : 0
    case 0xC3...0xDF: return continues(1) ? 2 : 0
    case 0xE0: return continues(1, from: 0xA0) && continues(2) ? 3 : 0
    case 0xED: return continues(1, to: 0x9F) && continues(2) ? 3 : 0
    case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
    case 0xF0: return continues(1, from: 0x90) && continues(2) && continues(3) ? 4 : 0
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xF4: return continues(1, to: 0x8F) && continues(2) && continues(3) ? 4 : 0
    default: return 0
    }
  }
}

/// The strings section, checked once as a whole; a range of it is then a text if it cuts no scalar.
///
/// Ranges were checked against the section's size, and the file's bytes outlive it.
@safe struct TextReader {
  private let strings: UnsafeRawBufferPointer
  private let fileOffset: Int

  /// - Throws: `malformed(.text)`.
  init(_ sections: SectionTable, _ file: UnsafeRawBufferPointer) throws(RuntimeError) {
    unsafe strings = sections.part(.strings, of: file)
    fileOffset = sections[.strings].offset
    guard unsafe TextRules.hold(for: strings) else {
      throw .malformed(.text, offset: fileOffset)
    }
  }

  /// All ranges of a section that consists of them.
  func ranges(_ reader: ByteReader) throws(RuntimeError) -> [TextRange] {
    var ranges: [TextRange] = []
    ranges.reserveCapacity(reader.count / ModelFormat.labelByteCount)
    for index in 0..<(reader.count / ModelFormat.labelByteCount) {
      let range = try unsafe TextRange(
        reader, at: index * ModelFormat.labelByteCount, stringsByteCount: strings.count)
      try check(range)
      ranges.append(range)
    }
    return ranges
  }

  func check(_ range: TextRange) throws(RuntimeError) {
    guard startsScalar(range.offset), startsScalar(range.offset + range.byteCount) else {
      throw .malformed(.text, offset: fileOffset + range.offset)
    }
  }

  private func startsScalar(_ offset: Int) -> Bool {
    unsafe offset == strings.count || strings[offset] & 0xC0 != 0x80
  }
}
