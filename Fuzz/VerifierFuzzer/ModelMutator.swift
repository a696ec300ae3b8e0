// SPDX-License-Identifier: Apache-2.0
import CLibFuzzer

@testable import Runtime

/// Changes model files field by field, and keeps the header in order: random bytes would hardly
/// ever pass it.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32
) -> Int {
  var random = TestRandom(UInt64(seed))
  var mutation = ModelMutation(bytes: UnsafeMutableRawBufferPointer(start: start, count: limit))
  var count = count
  if count < 64 || random.next() % 24 == 0 {
    let file = ModelMutation.network(&random).file
    if file.count <= limit {
      mutation.bytes.copyBytes(from: file)
      count = file.count
    }
  }
  for _ in 0...random.next() % 3 {
    if random.next() % 3 == 0 {
      count = LLVMFuzzerMutate(start, count, limit)
    } else {
      mutation.changeField(count: count, &random)
    }
  }
  if random.next() % 2 == 0 { mutation.repairShapes(count: count) }
  if random.next() % 16 != 0 { mutation.repairHeader(count: count) }
  return count
}

struct ModelMutation {
  var bytes: UnsafeMutableRawBufferPointer

  static func network(_ random: inout TestRandom) -> SmallNetwork {
    switch random.next() % 4 {
    case 0: SmallNetwork.convolution(&random)
    case 1: SmallNetwork.embedding(&random)
    case 2: SmallNetwork.depthwise(&random)
    default: SmallOperators.make(&random)
    }
  }

  /// Offset and byte count of the fields of a record.
  private static let tensorFields = [(0, 4), (4, 4), (8, 4), (12, 1), (13, 1), (16, 4), (20, 4)]
  private static let nodeFields =
    [(0, 4), (4, 4), (8, 4), (12, 4), (36, 4), (48, 4), (52, 4), (88, 4), (92, 4)]
    + (8..<18).map { ($0 * 2, 2) } + (40..<44).map { ($0, 1) } + (7..<11).map { ($0 * 8, 8) }
  /// Of the class section's header, and the scale of its first row.
  private static let classFields = [(0, 4), (4, 4), (8, 4), (12, 4), (16, 4), (20, 4), (64, 4)]
  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 64, 127, 128, 255, 256, 65_535, 0x7FFF_FFFF,
    0x8000_0000, 0xFFFF_FFFF, 0x3F80_0000, 0x7F80_0000, 0x7FC0_0000, 1, UInt64.max,
  ]

  func load<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) -> T {
    T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }

  mutating func store<T: FixedWidthInteger>(_ offset: Int, _ value: T) {
    bytes.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }

  /// Where the records of a section lie, if it lies within the file.
  private func records(_ kind: ModelFormat.Section, _ byteCount: Int, count: Int) -> [Int] {
    for index in 0..<ModelFormat.Section.allCases.count where count >= 64 + 24 * (index + 1) {
      let record = 64 + 24 * index
      guard load(record, UInt32.self) == kind.rawValue else { continue }
      let (offset, size) = (load(record + 8, UInt64.self), load(record + 16, UInt64.self))
      guard offset <= UInt64(count), size <= UInt64(count) - offset else { return [] }
      return (0..<Int(size) / byteCount).map { Int(offset) + $0 * byteCount }
    }
    return []
  }

  mutating func changeField(count: Int, _ random: inout TestRandom) {
    let kind = random.next() % 10
    let (records, fields) =
      switch kind {
      case 0..<3: (records(.tensors, 32, count: count), Self.tensorFields)
      case 3: (Array(records(.classes, 72, count: count).prefix(1)), Self.classFields)
      case 4: (records(.classOffsets, 4, count: count), [(0, 4)])
      default: (records(.nodes, 128, count: count), Self.nodeFields)
      }
    guard let record = records.randomElement(using: &random),
      let field = fields.randomElement(using: &random), record + field.0 + field.1 <= count
    else { return }
    let number = Self.numbers.randomElement(using: &random) ?? 0
    let offset = record + field.0
    let step = random.next() % 5
    func changed<T: FixedWidthInteger>(_ type: T.Type) -> T {
      switch step {
      case 0: load(offset, type) &+ 1
      case 1: load(offset, type) &- 1
      case 2: T(truncatingIfNeeded: random.next() % 12)
      // Data lies on multiples of 64.
      case 3: field.1 == 8 ? load(offset, type) &+ 64 : load(offset, type) &* 2
      default: T(truncatingIfNeeded: number)
      }
    }
    switch field.1 {
    case 1: store(offset, changed(UInt8.self))
    case 2: store(offset, changed(UInt16.self))
    case 4: store(offset, changed(UInt32.self))
    default: store(offset, changed(UInt64.self))
    }
  }

  /// Magic, version, size, and nothing in what is reserved.
  mutating func repairHeader(count: Int) {
    guard count >= 64 else { return }
    store(0, ModelFormat.magic)
    store(8, ModelFormat.version)
    store(16, UInt64(count))
    for offset in 32..<64 { bytes[offset] = 0 }
  }

  /// Gives each node's output the shape that its window makes, and the node its input's padding.
  mutating func repairShapes(count: Int) {
    let tensors = records(.tensors, 32, count: count)
    for node in records(.nodes, 128, count: count) {
      let (input, output) = (Int(load(node + 4, UInt32.self)), Int(load(node + 12, UInt32.self)))
      guard input < tensors.count, output < tensors.count else { continue }
      let code = load(node, UInt32.self)
      let (from, to) = (tensors[input], tensors[output])
      for axis in 0..<2 {
        func field(_ offset: Int) -> Int { Int(load(node + offset + 2 * axis, UInt16.self)) }
        let length = Int(load(from + 4 * axis, UInt32.self)) + field(24) + field(28)
        let room = length - field(32) * (field(16) - 1) - 1
        let hasWindow = [1, 2, 4, 5].contains(code) && field(20) > 0
        guard !hasWindow || room >= 0 else { continue }
        store(to + 4 * axis, UInt32(truncatingIfNeeded: hasWindow ? room / field(20) + 1 : length))
      }
      if code != 1 { store(to + 8, load(from + 8, UInt32.self)) }
      if code == 2 { store(node + 36, load(from + 8, UInt32.self)) }
      if code == 1 || code == 2 {
        store(node + 43, UInt8(truncatingIfNeeded: load(from + 20, UInt32.self)))
      }
    }
  }
}
