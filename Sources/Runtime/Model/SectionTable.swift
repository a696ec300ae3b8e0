// SPDX-License-Identifier: Apache-2.0

/// Where one section lies in the file; all zero when the file has none of its kind.
package struct SectionEntry: Sendable {
  package var count = 0
  package var offset = 0
  package var byteCount = 0
  package var isPresent = false
}

/// The header and the section table: docs/model-format.md, *Header* and *Section table*.
package struct SectionTable: Sendable {
  private var entries = [SectionEntry](
    repeating: SectionEntry(), count: ModelFormat.Section.allCases.count + 1)

  package subscript(_ section: ModelFormat.Section) -> SectionEntry {
    entries[Int(section.rawValue)]
  }

  /// Reads and checks header, checksum and section table of a whole file.
  init(_ file: UnsafeRawBufferPointer, checksum: ChecksumPolicy) throws(RuntimeError) {
    let reader = unsafe ByteReader(file)
    let sectionCount = try unsafe Self.checkHeader(file, reader, checksum)
    var end = ModelFormat.headerByteCount + sectionCount * ModelFormat.sectionByteCount
    for index in 0..<sectionCount {
      let record = ModelFormat.headerByteCount + index * ModelFormat.sectionByteCount
      let kind = try reader.unsigned32(record)
      let offset = try reader.unsigned64(record + 8)
      let byteCount = try reader.unsigned64(record + 16)
      guard offset % UInt64(ModelFormat.alignment) == 0, offset >= UInt64(end),
        offset <= UInt64(file.count), byteCount <= UInt64(file.count) - offset
      else { throw .malformed(.sectionTable, offset: record) }
      end = Int(offset) + Int(byteCount)
      guard let section = ModelFormat.Section(rawValue: kind) else {
        if kind & ModelFormat.optionalSectionBit != 0 { continue }
        throw .newerVersion(found: kind)
      }
      guard !self[section].isPresent else {
        throw .malformed(.sectionRepeated, offset: record)
      }
      entries[Int(kind)] = SectionEntry(
        count: Int(truncatingIfNeeded: try reader.unsigned32(record + 4)), offset: Int(offset),
        byteCount: Int(byteCount), isPresent: true)
    }
    for section in ModelFormat.Section.required where !self[section].isPresent {
      throw .malformed(.sectionMissing, offset: ModelFormat.headerByteCount)
    }
    try checkSizes()
  }

  /// The part of `file` that holds `section`.
  func part(
    _ section: ModelFormat.Section, of file: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    let entry = self[section]
    // The table was checked against the file's size.
    return unsafe UnsafeRawBufferPointer(
      rebasing: file[entry.offset..<(entry.offset + entry.byteCount)])
  }

  func reader(_ section: ModelFormat.Section, of file: UnsafeRawBufferPointer) -> ByteReader {
    unsafe ByteReader(part(section, of: file), fileOffset: self[section].offset)
  }

  private static func checkHeader(
    _ file: UnsafeRawBufferPointer, _ reader: ByteReader, _ checksum: ChecksumPolicy
  ) throws(RuntimeError) -> Int {
    guard file.count >= 8, try reader.unsigned64(0) == ModelFormat.magic else { throw .notAModel }
    guard file.count >= ModelFormat.headerByteCount else {
      throw .wrongSize(expected: UInt64(ModelFormat.headerByteCount), actual: file.count)
    }
    let version = try reader.unsigned32(8)
    guard version == ModelFormat.version else { throw .newerVersion(found: version) }
    let byteCount = try reader.unsigned64(16)
    guard byteCount == UInt64(file.count) else {
      throw .wrongSize(expected: byteCount, actual: file.count)
    }
    if checksum == .verify {
      let covered = unsafe UnsafeRawBufferPointer(rebasing: file[ModelFormat.checksumStart...])
      let digest = unsafe XXH64.digest(covered)
      guard try reader.unsigned64(24) == digest else { throw .checksumMismatch }
    }
    try reader.requireZero(32..<ModelFormat.headerByteCount)
    let sectionCount = Int(truncatingIfNeeded: try reader.unsigned32(12))
    guard (1...ModelFormat.maximumSectionCount).contains(sectionCount) else {
      throw .malformed(.sectionCount, offset: 12)
    }
    return sectionCount
  }

  /// A section of records holds exactly as many as it counts.
  private func checkSizes() throws(RuntimeError) {
    func check(_ section: ModelFormat.Section, _ recordByteCount: Int) throws(RuntimeError) {
      let entry = self[section]
      let (size, overflow) = entry.count.multipliedReportingOverflow(by: recordByteCount)
      guard entry.count >= 0, !overflow, size == entry.byteCount else {
        throw .malformed(.sectionSize, offset: entry.offset)
      }
    }
    try check(.tensors, ModelFormat.tensorByteCount)
    try check(.nodes, ModelFormat.nodeByteCount)
    try check(.labels, ModelFormat.labelByteCount)
    try check(.preprocessing, ModelFormat.preprocessingByteCount)
    try check(.origin, ModelFormat.originByteCount)
    try check(.selftest, ModelFormat.selftestByteCount)
    try check(.classOffsets, ModelFormat.classOffsetByteCount)
    // The class section is no list of records; its reader checks its size.
    guard self[.classes].count >= 0, self[.classes].isPresent == (self[.classes].count > 0) else {
      throw .malformed(.sectionSize, offset: self[.classes].offset)
    }
    guard self[.preprocessing].count == 1 else {
      throw .malformed(.sectionSize, offset: self[.preprocessing].offset)
    }
    guard self[.selftest].count <= 1 else {
      throw .malformed(.sectionSize, offset: self[.selftest].offset)
    }
    guard self[.nodes].count <= ModelFormat.maximumNodeCount else {
      throw .malformed(.nodeCount, offset: self[.nodes].offset)
    }
    guard self[.tensors].count >= 2, self[.nodes].count >= 1 else {
      throw .malformed(.sectionSize, offset: self[.tensors].offset)
    }
  }
}
