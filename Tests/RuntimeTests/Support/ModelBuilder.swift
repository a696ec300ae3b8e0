// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Writes small model files byte by byte, straight from docs/model-format.md and independent of the
/// quantizer's writer, so that the two check each other.
struct ModelBuilder {
  struct Tensor {
    var height = 1
    var width = 1
    var channels = 1
    var elementType: UInt8 = 0
    var upper: UInt8 = 127
    var scale: Float = 0.05
    var zeroPoint: Int32 = 0
  }

  struct Node {
    var operation: UInt32
    var input: UInt32
    var second: UInt32 = 0xFFFF_FFFF
    var output: UInt32
    /// kernel, strides, pads (top, left, bottom, right), dilations: ten fields.
    var window: [UInt16] = Array(repeating: 0, count: 10)
    var groups: UInt32 = 0
    var lower: UInt8 = 0
    var upper: UInt8 = 127
    var countsPadding: UInt8 = 0
    var padValue: UInt8 = 0
    var multiplier: Float = 0
    var secondMultiplier: Float = 0
    var weights: [Int8] = []
    var bias: [Int32] = []
    var multipliers: [Float] = []
    var proof: [UInt8] = []
    var name = "node"
  }

  /// The class section. Scales that are not given are one over the row's length.
  struct Classes {
    var width: UInt32
    var rows: [[Int8]]
    var scales: [Float]?
    var negativeCount: UInt32 = 0
    var logitScale: Float = 100
    var method: UInt32 = 0
    var temperature: Float = 0
    var threshold: Float = 0
    var reserved: UInt32 = 0
    var padding: UInt8 = 0

    func section() -> [UInt8] {
      var section = bytes(width) + bytes(negativeCount) + bytes(logitScale.bitPattern)
      section += bytes(method) + bytes(temperature.bitPattern) + bytes(threshold.bitPattern)
      section += bytes(reserved) + Array(repeating: 0, count: 36)
      let lengths = rows.map { row in row.reduce(0.0) { $0 + Double($1) * Double($1) } }
      section += (scales ?? lengths.map { Float(1 / $0.squareRoot()) }).flatMap {
        bytes($0.bitPattern)
      }
      section += Array(repeating: padding, count: (64 - section.count % 64) % 64)
      return section + rows.joined().map { UInt8(bitPattern: $0) }
    }
  }

  var tensors: [Tensor] = []
  var nodes: [Node] = []
  var labels: [String] = []
  var origin: [(String, String)] = [("name", "test")]
  var resizeRule: UInt32 = 0
  var resizeSize: UInt32 = 0
  var colourOrder: UInt32 = 0
  var classes: Classes?
  /// The section of the classes' offsets.
  var classOffsets: [Float]?
  var selftest: (seed: UInt64, input: UInt64, output: UInt64)?

  /// A whole file with a right checksum.
  func build() -> [UInt8] {
    var strings: [UInt8] = []
    var data: [UInt8] = []
    func text(_ value: String) -> [UInt8] {
      defer { strings += Array(value.utf8) }
      return bytes(UInt32(strings.count)) + bytes(UInt32(value.utf8.count))
    }
    func store(_ payload: [UInt8]) -> UInt64 {
      guard !payload.isEmpty else { return 0 }
      data += Array(repeating: 0, count: (64 - data.count % 64) % 64)
      defer { data += payload }
      return UInt64(data.count)
    }
    // Offset 0 stands for "none": keep it free of payload.
    data = Array(repeating: 0, count: 64)
    let nodeSection = nodes.flatMap { nodeBytes($0, store, text) }
    let labelSection = labels.flatMap { text($0) }
    let originSection = origin.flatMap { text($0.0) + text($0.1) }
    var sections: [(UInt32, Int, [UInt8])] = [
      (1, tensors.count, tensors.flatMap(tensorBytes)), (2, nodes.count, nodeSection),
      (3, 0, data), (4, 0, strings), (5, labels.count, labelSection),
      (6, 1, preprocessingBytes()), (7, origin.count, originSection),
    ]
    if let selftest {
      sections.append(
        (8, 1, bytes(selftest.seed) + bytes(selftest.input) + bytes(selftest.output)))
    }
    if let classes { sections.append((9, classes.rows.count, classes.section())) }
    if let classOffsets {
      sections.append((10, classOffsets.count, classOffsets.flatMap { bytes($0.bitPattern) }))
    }
    return Self.assemble(sections)
  }

  static func assemble(_ sections: [(UInt32, Int, [UInt8])]) -> [UInt8] {
    var table: [UInt8] = []
    var body: [UInt8] = []
    let tableEnd = 64 + sections.count * 24
    for (kind, count, payload) in sections {
      let unpadded = tableEnd + body.count
      body += Array(repeating: 0, count: (64 - unpadded % 64) % 64)
      table += bytes(kind) + bytes(UInt32(count)) + bytes(UInt64(tableEnd + body.count))
      table += bytes(UInt64(payload.count))
      body += payload
    }
    var file = Array("SWIFTLET".utf8) + bytes(UInt32(1)) + bytes(UInt32(sections.count))
    file += bytes(UInt64(tableEnd + body.count)) + bytes(UInt64(0))
    file += Array(repeating: 0, count: 32) + table + body
    fixChecksum(&file)
    return file
  }

  /// Makes the checksum right again after a change.
  static func fixChecksum(_ file: inout [UInt8]) {
    guard file.count >= 64 else { return }
    let digest = file.withUnsafeBytes { XXH64.digest(UnsafeRawBufferPointer(rebasing: $0[32...])) }
    file.replaceSubrange(24..<32, with: bytes(digest))
  }

  private func tensorBytes(_ tensor: Tensor) -> [UInt8] {
    bytes(UInt32(tensor.height)) + bytes(UInt32(tensor.width)) + bytes(UInt32(tensor.channels))
      + [tensor.elementType, tensor.upper, 0, 0] + bytes(tensor.scale.bitPattern)
      + bytes(UInt32(bitPattern: tensor.zeroPoint)) + bytes(UInt64(0))
  }

  private func nodeBytes(
    _ node: Node, _ store: ([UInt8]) -> UInt64, _ text: (String) -> [UInt8]
  ) -> [UInt8] {
    var record = bytes(node.operation) + bytes(node.input) + bytes(node.second)
    record += bytes(node.output)
    // The file's order is kernel, stride, pads, dilation.
    record += node.window.flatMap { bytes($0) }
    record += bytes(node.groups)
    record += [node.lower, node.upper, node.countsPadding, node.padValue] + bytes(UInt32(0))
    record += bytes(node.multiplier.bitPattern) + bytes(node.secondMultiplier.bitPattern)
    record += bytes(store(node.weights.map { UInt8(bitPattern: $0) }))
    record += bytes(store(node.bias.flatMap { bytes(UInt32(bitPattern: $0)) }))
    record += bytes(store(node.multipliers.flatMap { bytes($0.bitPattern) }))
    record += bytes(store(node.proof))
    record += text(node.name)
    return record + Array(repeating: 0, count: 32)
  }

  private func preprocessingBytes() -> [UInt8] {
    var record = bytes(resizeRule) + bytes(resizeSize) + bytes(UInt32(0)) + bytes(colourOrder)
    record += [Float](repeating: 127, count: 3).flatMap { bytes($0.bitPattern) }
    record += [Float](repeating: 128, count: 3).flatMap { bytes($0.bitPattern) }
    return record + Array(repeating: 0, count: 24)
  }
}

func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
