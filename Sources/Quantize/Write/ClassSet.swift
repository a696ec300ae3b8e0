// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The classes of a model whose network ends in an embedding: docs/model-format.md, *Classes*.
public struct ClassSet: Sendable {
  /// A label each row; the last `negativeCount` are negative labels.
  public private(set) var labels: [String]
  /// Elements of a row.
  public let width: Int
  public let negativeCount: Int
  /// What cosines are multiplied by before softmax.
  public let logitScale: Float
  public let rejection: RejectionRule?
  let rows: [ClassRow]

  /// - Parameters:
  ///   - classes: label and embedding of each class, in order.
  ///   - negatives: rows that compete with them but are never decided.
  ///   - logitScale: 2^-20...2^20.
  /// - Throws: `ClassError`.
  public init(
    classes: [(label: String, embedding: [Float])],
    negatives: [(label: String, embedding: [Float])] = [], logitScale: Float,
    rejection: RejectionRule? = nil
  ) throws {
    let all = classes + negatives
    guard let width = classes.first?.embedding.count else {
      throw ClassError("there is no class; name one or more")
    }
    guard ClassesRecord.isFactor(logitScale) else {
      throw ClassError("the logit scale \(logitScale) is not within 2^-20...2^20")
    }
    var seen: Set<String> = []
    for (label, embedding) in all {
      try Self.check(label)
      guard seen.insert(label).inserted else {
        throw ClassError("the label '\(label)' occurs twice; give each class a name of its own")
      }
      guard embedding.count == width, (1...ModelFormat.maximumDimension).contains(width) else {
        throw ClassError(
          "the embedding of '\(label)' has \(embedding.count) elements, others have \(width)")
      }
    }
    labels = all.map(\.label)
    rows = try all.map { try ClassRow($0.embedding, label: $0.label) }
    (self.width, negativeCount) = (width, negatives.count)
    (self.logitScale, self.rejection) = (logitScale, rejection)
  }

  static func check(_ label: String) throws {
    guard !label.isEmpty, PrintableText.of(label) == label else {
      throw ClassError(
        "the label '\(PrintableText.of(label))' is empty or holds a control "
          + "character; labels are printed as they are")
    }
  }

  /// The class section.
  func section() -> [UInt8] {
    ClassSection(
      record: ClassesRecord(
        width: width, rowCount: rows.count, negativeCount: negativeCount, logitScale: logitScale,
        rejection: rejection), rows: rows
    ).bytes
  }
}

/// One class embedding in int8. Its length is 1: `scale = 1 / |elements|`.
struct ClassRow: Equatable, Sendable {
  let elements: [Int8]
  /// Added to its cosine, -2...2.
  var offset: Float = 0
  var scale: Float {
    ClassesRecord.scale(
      squares: elements.reduce(0) { $0 + Int64($1) * Int64($1) })
  }

  init(elements: [Int8], offset: Float) {
    self.elements = elements
    self.offset = offset
  }

  /// `element = roundHalfEven(127 * value / max |value|)` in binary64; the length of `values` does
  /// not matter.
  ///
  /// - Throws: `ClassError` where they are all zero, or one is not finite.
  init(_ values: [Float], label: String) throws {
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    guard values.allSatisfy(\.isFinite), largest > 0 else {
      throw ClassError(
        "the embedding of '\(label)' is zero or holds NaN or infinity; make the bank again")
    }
    elements = values.map {
      Int8((Double($0) * 127 / Double(largest)).rounded(.toNearestOrEven))
    }
  }
}

/// The class section, to be read, changed and written.
struct ClassSection {
  var record: ClassesRecord
  var rows: [ClassRow]

  init(record: ClassesRecord, rows: [ClassRow]) {
    self.record = record
    self.rows = rows
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append32(record.width)
    writer.append32(record.negativeCount)
    writer.append(record.logitScale)
    writer.append(record.rejection?.method.rawValue ?? 0)
    writer.append(record.rejection?.temperature ?? 0)
    writer.append(record.rejection?.threshold ?? 0)
    writer.appendZeros(ModelFormat.classesHeaderByteCount - writer.count)
    for row in rows { writer.append(row.scale) }
    writer.align()
    for row in rows { writer.append(bytes: row.elements.map { UInt8(bitPattern: $0) }) }
    return writer.bytes
  }

  /// The section of offsets; nil where all are 0, which is what a file without it says.
  var offsetBytes: [UInt8]? {
    guard rows.contains(where: { $0.offset != 0 }) else { return nil }
    var writer = ByteWriter()
    for row in rows { writer.append(row.offset) }
    return writer.bytes
  }
}
