// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The texts of a model file, which its sections point into: one may be added, taken out or
/// replaced while all others stay what they are.
struct TextSections {
  /// Where u32 offset and u32 byte count of a text lie.
  private struct Reference: Equatable {
    var kind: ModelFormat.Section
    var place: Int
  }

  private(set) var file: FileSections

  init(_ file: FileSections) { self.file = file }

  private var references: [Reference] {
    func places(_ kind: ModelFormat.Section, _ byteCount: Int, _ fields: [Int]) -> [Reference] {
      let count = file[kind]?.count ?? 0
      return (0..<count).flatMap { record in
        fields.map { Reference(kind: kind, place: record * byteCount + $0) }
      }
    }
    return places(.nodes, ModelFormat.nodeByteCount, [88])
      + places(.labels, ModelFormat.labelByteCount, [0])
      + places(.origin, ModelFormat.originByteCount, [0, 8])
  }

  private func range(_ reference: Reference) -> Range<Int> {
    let bytes = file[reference.kind]?.bytes ?? []
    func number(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[reference.place + offset + $1]) << (8 * $1) }
    }
    return number(0)..<number(0) + number(4)
  }

  private mutating func set(_ reference: Reference, _ range: Range<Int>) {
    var writer = ByteWriter()
    writer.append32(range.lowerBound)
    writer.append32(range.count)
    file.change(reference.kind) {
      $0.bytes.replaceSubrange(reference.place..<reference.place + 8, with: writer.bytes)
    }
  }

  private func label(_ index: Int) -> Reference {
    Reference(kind: .labels, place: index * ModelFormat.labelByteCount)
  }

  var labels: [String] {
    let strings = file[.strings]?.bytes ?? []
    return (0..<(file[.labels]?.count ?? 0)).map {
      String(decoding: strings[range(label($0))], as: UTF8.self)
    }
  }

  /// Puts a label before the one of that index, its text behind all others.
  mutating func insert(_ text: String, at index: Int) {
    let start = file[.strings]?.bytes.count ?? 0
    file.change(.strings) { $0.bytes += Array(text.utf8) }
    file.change(.labels) { labels in
      labels.bytes.insert(
        contentsOf: [UInt8](repeating: 0, count: ModelFormat.labelByteCount),
        at: index * ModelFormat.labelByteCount)
      labels.count += 1
    }
    set(label(index), start..<start + text.utf8.count)
  }

  /// Takes a label out, and its text where nothing else points into it.
  mutating func remove(_ index: Int) {
    replace(index, with: "")
    let start = index * ModelFormat.labelByteCount
    file.change(.labels) { labels in
      labels.bytes.removeSubrange(start..<start + ModelFormat.labelByteCount)
      labels.count -= 1
    }
  }

  /// Gives a label another text, in its place where nothing else points into it.
  mutating func replace(_ index: Int, with text: String) {
    let utf8 = Array(text.utf8)
    let (own, all) = (label(index), references)
    let old = range(own)
    let isShared = all.contains { $0 != own && range($0).overlaps(old) }
    guard !isShared else {
      let start = file[.strings]?.bytes.count ?? 0
      file.change(.strings) { $0.bytes += utf8 }
      return set(own, start..<start + utf8.count)
    }
    file.change(.strings) { $0.bytes.replaceSubrange(old, with: utf8) }
    let shift = utf8.count - old.count
    for reference in all where reference != own {
      let other = range(reference)
      if other.lowerBound >= old.upperBound {
        set(reference, other.lowerBound + shift..<other.upperBound + shift)
      } else if other.lowerBound > old.lowerBound {
        // An empty text within the old one.
        set(reference, old.lowerBound..<old.lowerBound)
      }
    }
    set(own, old.lowerBound..<old.lowerBound + utf8.count)
  }
}
