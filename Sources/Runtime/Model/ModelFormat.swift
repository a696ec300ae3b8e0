// SPDX-License-Identifier: Apache-2.0

/// The constants of the model file; docs/model-format.md says what they mean.
package enum ModelFormat {
  /// `SWIFTLET` read as a little-endian integer.
  package static let magic: UInt64 = 0x5445_4C54_4649_5753
  package static let version: UInt32 = 1
  package static let headerByteCount = 64
  /// The checksum covers the file from here.
  package static let checksumStart = 32
  package static let sectionByteCount = 24
  package static let maximumSectionCount = 32
  /// Planning compares each node with each other one.
  package static let maximumNodeCount = 16_384
  package static let alignment = 64
  package static let optionalSectionBit: UInt32 = 0x8000_0000

  package static let tensorByteCount = 32
  package static let nodeByteCount = 128
  package static let labelByteCount = 8
  package static let preprocessingByteCount = 64
  package static let originByteCount = 16
  package static let selftestByteCount = 24
  package static let classesHeaderByteCount = 64
  package static let classOffsetByteCount = 4
  package static let lookupByteCount = 256

  /// Output channels of one weight block.
  package static let blockChannels = 16
  /// The length of a segment is rounded up to this.
  package static let segmentMultiple = 8
  package static let noTensor: UInt32 = 0xFFFF_FFFF
  package static let maximumDimension = 65_535

  package enum Section: UInt32, CaseIterable, Sendable {
    case tensors = 1
    case nodes = 2
    case data = 3
    case strings = 4
    case labels = 5
    case preprocessing = 6
    case origin = 7
    case selftest = 8
    case classes = 9
    case classOffsets = 10

    package static let required: [Section] = [
      .tensors, .nodes, .data, .strings, .labels, .preprocessing,
    ]
  }
}

/// What a node of the model file computes.
package enum Operator: UInt32, Sendable {
  case convolution = 1
  case depthwise = 2
  case add = 3
  case averagePool = 4
  case maxPool = 5
  case lookup = 6
  case pad = 7
}

/// The type of an activation's elements.
public enum ElementType: UInt8, Sendable {
  case uint8 = 0
  case float32 = 1
}
