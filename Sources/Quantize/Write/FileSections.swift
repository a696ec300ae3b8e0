// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The sections of a model file, in its order, unknown ones among them: docs/model-format.md,
/// *Section table*.
struct FileSections {
  struct Section {
    var kind: UInt32
    var count: Int
    var bytes: [UInt8]
  }

  var sections: [Section]

  init(_ sections: [Section]) { self.sections = sections }

  /// Takes a file apart that the verifier has passed.
  init(verified file: [UInt8]) {
    func number(_ offset: Int, _ byteCount: Int) -> Int {
      (0..<byteCount).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
    }
    sections = (0..<number(12, 4)).map { index in
      let record = ModelFormat.headerByteCount + index * ModelFormat.sectionByteCount
      let start = number(record + 8, 8)
      return Section(
        kind: UInt32(number(record, 4)), count: number(record + 4, 4),
        bytes: Array(file[start..<start + number(record + 16, 8)]))
    }
  }

  /// The whole file: header, table, sections, each on the next multiple of the alignment.
  var file: [UInt8] {
    let alignment = ModelFormat.alignment
    func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
    let tableEnd = ModelFormat.headerByteCount + sections.count * ModelFormat.sectionByteCount
    var offsets: [Int] = []
    var end = tableEnd
    for section in sections {
      offsets.append(aligned(end))
      end = aligned(end) + section.bytes.count
    }
    var file = ByteWriter()
    file.append(ModelFormat.magic)
    file.append(ModelFormat.version)
    file.append32(sections.count)
    file.append64(end)
    file.appendZeros(ModelFormat.headerByteCount - file.count)
    for (section, offset) in zip(sections, offsets) {
      file.append(section.kind)
      file.append32(section.count)
      file.append64(offset)
      file.append64(section.bytes.count)
    }
    for section in sections {
      file.align()
      file.append(bytes: section.bytes)
    }
    let checksum = file.bytes[ModelFormat.checksumStart...].withUnsafeBytes { XXH64.digest($0) }
    file.replace(at: 24, with: checksum)
    return file.bytes
  }

  subscript(_ kind: ModelFormat.Section) -> Section? {
    get { sections.first { $0.kind == kind.rawValue } }
    set {
      guard let index = index(of: kind), let newValue else { return }
      sections[index] = newValue
    }
  }

  /// Puts the section of that kind in its place or behind the others, or takes it out.
  mutating func put(_ kind: ModelFormat.Section, count: Int, _ bytes: [UInt8]?) {
    let section = bytes.map { Section(kind: kind.rawValue, count: count, bytes: $0) }
    if let index = index(of: kind) {
      sections.replaceSubrange(index...index, with: section.map { [$0] } ?? [])
    } else if let section {
      sections.append(section)
    }
  }

  private func index(of kind: ModelFormat.Section) -> Int? {
    sections.firstIndex { $0.kind == kind.rawValue }
  }

  /// Changes a section in its place: the subscript would copy it.
  mutating func change(_ kind: ModelFormat.Section, _ body: (inout Section) -> Void) {
    if let index = index(of: kind) { body(&sections[index]) }
  }
}
