// SPDX-License-Identifier: Apache-2.0

/// Everything that can go wrong in the runtime. `description` says what happened, where, and what
/// to do next.
public enum RuntimeError: Error, Sendable, Equatable {
  /// The file cannot be opened, measured or mapped; the value is `errno`.
  case fileUnreadable(errno: Int32)
  /// The bytes do not start with the magic of a model file.
  case notAModel
  /// The file has another version than this runtime reads, or a section it does not know.
  case newerVersion(found: UInt32)
  /// The file is shorter or longer than its header says, in bytes.
  case wrongSize(expected: UInt64, actual: Int)
  case checksumMismatch
  /// A field breaks a rule of docs/model-format.md; the offset counts bytes from the file's start.
  case malformed(ModelDefect, offset: Int)
  /// A node, counted from 0, breaks a rule of docs/model-format.md.
  case malformedNode(ModelDefect, node: Int)
  /// The activations would need more memory than the limit allows.
  case memoryLimit(needed: UInt64, limit: UInt64)
  /// The network would need more multiply-accumulates than the limit allows.
  case operationLimit(needed: UInt64, limit: UInt64)
  case outOfMemory(byteCount: Int)
  /// A picture's sizes and its pixels do not go together.
  case invalidImage(width: Int, height: Int)
  /// An input of the wrong length, in bytes.
  case wrongInputSize(expected: Int, actual: Int)
  /// This machine, or this program, does not have the instruction set that was asked for.
  case unsupportedInstructionSet
  /// A thread could not be started; the value is the error number.
  case threadFailed(errno: Int32)
}

/// The rule of the model file that is broken.
public enum ModelDefect: UInt8, Sendable {
  case sectionCount, sectionTable, sectionMissing, sectionRepeated, sectionSize
  case reservedNotZero, text
  case shape, elementType, scale, zeroPoint, range
  case `operator`, tensorIndex, order, geometry, groups, clamp
  case dataOffset, multiplier, accumulator, proof, weightPadding, table, padValue
  case labels, preprocessing, output, nodeCount
  case classes, embedding, classOffsets
}

extension ModelDefect: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sectionCount: "the number of sections is out of range"
    case .sectionTable: "a section lies outside of the file, overlaps another or is not aligned"
    case .sectionMissing: "a required section is missing"
    case .sectionRepeated: "a section occurs twice"
    case .sectionSize: "a section's size does not fit its record count"
    case .reservedNotZero: "a reserved or unused field is not zero"
    case .text: "a text is outside of the strings section, not UTF-8, or holds control characters"
    case .shape: "a tensor's shape is out of range or is not what its node makes"
    case .elementType: "a tensor has an element type that is not allowed there"
    case .scale: "a scale is not finite and positive"
    case .zeroPoint: "a zero point is out of range"
    case .range: "a tensor's upper value is neither 127 nor 255"
    case .operator: "unknown operator"
    case .tensorIndex: "a tensor index is out of range"
    case .order: "a tensor is read before it is written, or written twice"
    case .geometry: "kernel, stride, padding or dilation is out of range"
    case .groups: "groups do not divide the channels"
    case .clamp: "the clamp is empty or exceeds the output's range"
    case .dataOffset: "weights or tables lie outside of the data section or are not aligned"
    case .multiplier: "a multiplier is not finite and positive, or too large"
    case .accumulator: "the accumulator could overflow"
    case .proof: "a weight block breaks the rule that the file claims for it"
    case .weightPadding: "weights beyond a segment's end are not zero"
    case .table: "a lookup table exceeds the output's range"
    case .padValue: "the padding value is not the input's zero point"
    case .labels: "the labels do not match the outputs"
    case .preprocessing: "the preprocessing does not match the input"
    case .output:
      "the network's output is not one row of scores, or not the embedding that its classes want"
    case .classes: "the class section's width, counts, scale or rejection rule is out of range"
    case .embedding: "a class embedding is zero, or its scale is not one over its length"
    case .classOffsets: "the classes' offsets are not one for each row, or one is not within -2...2"
    case .nodeCount: "there are more than \(ModelFormat.maximumNodeCount) nodes"
    }
  }
}

extension RuntimeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fileUnreadable(let code):
      "the model file cannot be read (errno \(code)); check the path and its permissions"
    case .notAModel:
      "this is not a .swiftlet model file; make one with 'swiftlet quantize'"
    case .newerVersion(let found):
      "the model file needs a newer runtime (version or section \(found)); update Swiftlet or "
        + "quantize the student again"
    case .wrongSize(let expected, let actual):
      "the model file has \(actual) bytes and should have \(expected); copy it again"
    case .checksumMismatch:
      "the model file is damaged (checksum mismatch); copy it again"
    case .malformed(let defect, let offset):
      "the model file is malformed at byte \(offset): \(defect.description); quantize the student "
        + "again"
    case .malformedNode(let defect, let node):
      "the model file is malformed at node \(node): \(defect.description); quantize the student "
        + "again"
    case .memoryLimit(let needed, let limit):
      "the model needs \(needed) bytes for activations, the limit is \(limit); raise the limit if "
        + "you trust the file"
    case .operationLimit(let needed, let limit):
      "the model needs \(needed) multiply-accumulates a frame, the limit is \(limit); raise the "
        + "limit if you trust the file"
    case .outOfMemory(let byteCount):
      "out of memory (\(byteCount) bytes); close other programs or use a smaller model"
    case .invalidImage(let width, let height):
      "a picture of \(width) x \(height) pixels does not match its bytes; check width, height and "
        + "bytes per row"
    case .wrongInputSize(let expected, let actual):
      "the input has \(actual) bytes, the model takes \(expected)"
    case .unsupportedInstructionSet:
      "this machine does not have the instruction set that was asked for; leave it out to choose "
        + "the best one"
    case .threadFailed(let code):
      "a thread could not be started (error \(code)); use fewer threads"
    }
  }
}
