// SPDX-License-Identifier: Apache-2.0

/// How a picture that belongs to no class is told: docs/model-format.md, *Rejection*.
public struct RejectionRule: Sendable, Equatable {
  public enum Method: UInt32, Sendable {
    /// The greatest share that softmax of the cosines gives to a class (Y. Ming et al., Delving
    /// into Out-of-Distribution Detection with Vision-Language Representations, NeurIPS 2022).
    case maximumSoftmax = 1
    /// The share that softmax of the cosines gives to all classes together, beside the negative
    /// labels (X. Jiang et al., Negative Label Guided OOD Detection, ICLR 2024).
    case negativeLabels = 2
  }

  public var method: Method
  /// Cosines are divided by it before softmax, 2^-20...2^20.
  public var temperature: Float
  /// A picture whose score is below it is unknown, 0...1.
  public var threshold: Float

  public init(method: Method = .maximumSoftmax, temperature: Float = 1, threshold: Float = 0) {
    self.method = method
    self.temperature = temperature
    self.threshold = threshold
  }
}

/// The header of the class section: docs/model-format.md, *Classes*.
package struct ClassesRecord: Sendable, Equatable {
  /// Elements of a row, and of the network's output.
  package var width: Int
  /// Rows: the classes, then the negative labels.
  package var rowCount: Int
  package var negativeCount: Int
  package var logitScale: Float
  package var rejection: RejectionRule?
  /// Whether the file holds an offset for each row.
  package var hasOffsets = false

  package init(
    width: Int, rowCount: Int, negativeCount: Int, logitScale: Float, rejection: RejectionRule?
  ) {
    self.width = width
    self.rowCount = rowCount
    self.negativeCount = negativeCount
    self.logitScale = logitScale
    self.rejection = rejection
  }

  /// No rows.
  static let none = ClassesRecord(
    width: 0, rowCount: 0, negativeCount: 0, logitScale: 1, rejection: nil)

  package var classCount: Int { rowCount - negativeCount }

  /// Where the rows' elements start, from the start of the section; their scales lie before.
  package var elementsOffset: Int {
    let end = UInt64(ModelFormat.classesHeaderByteCount) + 4 * UInt64(rowCount)
    return Int(Self.aligned(end))
  }

  fileprivate static func aligned(_ offset: UInt64) -> UInt64 {
    let mask = UInt64(ModelFormat.alignment - 1)
    return (offset + mask) & ~mask
  }

  /// What a scale or a temperature may be: softmax then stays within the range of binary32.
  package static func isFactor(_ value: Float) -> Bool {
    value >= 0x1p-20 && value <= 0x1p20
  }
}

extension ClassesRecord {
  /// Reads and checks the class section, its rows included.
  init(_ reader: ByteReader, rowCount: Int) throws(RuntimeError) {
    let width = try reader.unsigned32(0)
    let negatives = try reader.unsigned32(4)
    let scale = try reader.float(8)
    guard (1...UInt32(ModelFormat.maximumDimension)).contains(width), rowCount > 0,
      UInt64(negatives) < UInt64(rowCount), Self.isFactor(scale)
    else { throw .malformed(.classes, offset: reader.fileOffset) }
    self.init(
      width: Int(width), rowCount: rowCount, negativeCount: Int(negatives), logitScale: scale,
      rejection: try Self.rejection(reader))
    try reader.requireZero(24..<ModelFormat.classesHeaderByteCount)
    // In 64 bits, so that no hostile count overflows them on a 32-bit board.
    let end = UInt64(ModelFormat.classesHeaderByteCount) + 4 * UInt64(rowCount)
    guard Self.aligned(end) + UInt64(rowCount) * UInt64(width) == UInt64(reader.count) else {
      throw .malformed(.sectionSize, offset: reader.fileOffset)
    }
    try reader.requireZero(Int(end)..<elementsOffset)
    try verifyRows(reader)
  }

  private static func rejection(_ reader: ByteReader) throws(RuntimeError) -> RejectionRule? {
    let code = try reader.unsigned32(12)
    let (temperature, threshold) = (try reader.float(16), try reader.float(20))
    guard code != 0 else {
      try reader.requireZero(16..<24)
      return nil
    }
    guard let method = RejectionRule.Method(rawValue: code), isFactor(temperature),
      threshold >= 0, threshold <= 1
    else { throw .malformed(.classes, offset: reader.fileOffset + 12) }
    return RejectionRule(method: method, temperature: temperature, threshold: threshold)
  }

  /// Checks the section of offsets: docs/model-format.md, *Class offsets*.
  mutating func verifyOffsets(_ reader: ByteReader, _ count: Int) throws(RuntimeError) {
    guard count == rowCount else { throw .malformed(.classOffsets, offset: reader.fileOffset) }
    for row in 0..<rowCount {
      let place = ModelFormat.classOffsetByteCount * row
      guard Self.isOffset(try reader.float(place)) else {
        throw .malformed(.classOffsets, offset: reader.fileOffset + place)
      }
    }
    hasOffsets = true
  }

  /// What may be added to a cosine: a greater one would always or never win.
  package static func isOffset(_ value: Float) -> Bool { value >= -2 && value <= 2 }

  /// Each row's scale is one over its length.
  private func verifyRows(_ reader: ByteReader) throws(RuntimeError) {
    for row in 0..<rowCount {
      let start = elementsOffset + row * width
      var sum: Int64 = 0
      for index in start..<start + width {
        let element = Int64(Int8(bitPattern: try reader.unsigned8(index)))
        sum += element * element
      }
      let scale = try reader.float(ModelFormat.classesHeaderByteCount + 4 * row)
      guard sum > 0, scale.bitPattern == Self.scale(squares: sum).bitPattern else {
        throw .malformed(.embedding, offset: reader.fileOffset + start)
      }
    }
  }

  /// `1 / sqrt(squares)`, each operation rounded once to binary64, the result to binary32.
  package static func scale(squares: Int64) -> Float {
    Float(1 / Double(squares).squareRoot())
  }
}
