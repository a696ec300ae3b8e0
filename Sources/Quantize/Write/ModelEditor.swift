// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Changes the classes of a finished model file; everything else stays as it is, byte for byte, and
/// the network is neither calibrated nor quantized again. docs/labels.md.
public struct ModelEditor: Sendable {
  private var texts: TextSections
  private var classes: ClassSection
  /// The label of each row, and all of them.
  private var names: [String]
  private var taken: Set<String>
  /// Whether a rule stays when rows are added or removed. Its threshold was chosen for the scores
  /// that the old rows gave.
  public var keepsRejection = false
  /// The rule that was cleared because rows were added or removed.
  public private(set) var droppedRejection: RejectionRule?

  /// - Parameter file: the bytes of a model file with class embeddings.
  /// - Throws: `RuntimeError` where the verifier refuses it, `ClassError` where it holds no class
  ///   embeddings.
  public init(_ file: [UInt8]) throws {
    let model = try Model.load(file.span.bytes)
    guard let record = model.classes else {
      throw ClassError(
        "this model has no class embeddings: its network gives the scores of fixed classes; "
          + "quantize an embedding student with --classes")
    }
    let sections = FileSections(verified: file)
    texts = TextSections(sections)
    let bytes = sections[.classes]?.bytes ?? []
    let rows = (0..<record.rowCount).map { row in
      let start = record.elementsOffset + row * record.width
      return ClassRow(
        elements: bytes[start..<start + record.width].map { Int8(bitPattern: $0) },
        offset: model.classOffset(row))
    }
    classes = ClassSection(record: record, rows: rows)
    names = texts.labels
    taken = Set(names)
  }

  /// Elements of an embedding.
  public var width: Int { classes.record.width }
  /// The classes that may be decided, in their order.
  public var labels: [String] { Array(names.prefix(classes.record.classCount)) }
  /// Rows that compete with the classes but are never decided.
  public var negativeLabels: [String] { Array(names.dropFirst(classes.record.classCount)) }
  public var logitScale: Float { classes.record.logitScale }

  public var rejection: RejectionRule? { classes.record.rejection }
  /// What is added to the cosine of each label and, behind them, of each negative label.
  public var offsets: [Float] { classes.rows.map(\.offset) }

  /// Sets what is added to a row's cosine. A rejection rule is cleared unless `keepsRejection`.
  /// - Parameter offset: -2...2.
  /// - Throws: `ClassError` where there is no such label, or the offset is out of range.
  public mutating func setOffset(_ label: String, _ offset: Float) throws {
    let index = try index(of: label)
    guard ClassesRecord.isOffset(offset) else {
      throw ClassError("the offset \(offset) of '\(label)' is not within -2...2")
    }
    guard classes.rows[index].offset != offset else { return }
    classes.rows[index].offset = offset
    rowsChanged()
  }

  /// Sets or clears the rule by which unknown pictures are told.
  /// - Throws: `ClassError` where a number is out of range.
  public mutating func setRejection(_ rule: RejectionRule?) throws {
    if let rule {
      guard ClassesRecord.isFactor(rule.temperature) else {
        throw ClassError("the temperature \(rule.temperature) is not within 2^-20...2^20")
      }
      guard (0...1).contains(rule.threshold) else {
        throw ClassError("the threshold \(rule.threshold) is not within 0...1")
      }
      guard rule.method != .negativeLabels || classes.record.negativeCount > 0 else {
        throw ClassError("the model has no negative labels; add some first")
      }
    }
    classes.record.rejection = rule
    droppedRejection = nil
  }

  private mutating func rowsChanged() {
    guard !keepsRejection, let rule = rejection else { return }
    droppedRejection = rule
    classes.record.rejection = nil
  }

  /// Adds a class behind the others, or a negative label behind the others. A rejection rule is
  /// cleared unless `keepsRejection`.
  /// - Throws: `ClassError` where the label is taken or cannot be printed, or the embedding has
  ///   another width.
  public mutating func add(
    _ label: String, embedding: [Float], isNegative: Bool = false
  ) throws {
    try checkNew(label)
    guard embedding.count == width else {
      throw ClassError(
        "the embedding of '\(label)' has \(embedding.count) elements, the model's have \(width); "
          + "take a bank of the vision-language model that the student was distilled from")
    }
    let row = try ClassRow(embedding, label: label)
    let index = isNegative ? classes.record.rowCount : classes.record.classCount
    texts.insert(label, at: index)
    names.insert(label, at: index)
    taken.insert(label)
    classes.rows.insert(row, at: index)
    classes.record.rowCount += 1
    if isNegative { classes.record.negativeCount += 1 }
    rowsChanged()
  }

  /// Removes a class or a negative label. A rejection rule is cleared unless `keepsRejection`.
  /// - Throws: `ClassError` where there is no such label, or it is the last class.
  public mutating func remove(_ label: String) throws {
    let index = try index(of: label)
    let isNegative = index >= classes.record.classCount
    guard isNegative || classes.record.classCount > 1 else {
      throw ClassError("'\(label)' is the last class; a model has one or more")
    }
    guard
      !isNegative || !keepsRejection || classes.record.negativeCount > 1
        || rejection?.method != .negativeLabels
    else {
      throw ClassError(
        "'\(label)' is the last negative label, and the rejection rule that is to be kept needs "
          + "one; remove it without --keep-threshold")
    }
    texts.remove(index)
    forget(index)
    classes.rows.remove(at: index)
    classes.record.rowCount -= 1
    if isNegative { classes.record.negativeCount -= 1 }
    rowsChanged()
  }

  /// Gives a class or a negative label another name.
  /// - Throws: `ClassError` where there is no such label, or the new one is taken or cannot be
  ///   printed.
  public mutating func rename(_ label: String, to new: String) throws {
    let index = try index(of: label)
    try checkNew(new)
    texts.replace(index, with: new)
    forget(index)
    names.insert(new, at: index)
    taken.insert(new)
  }

  private mutating func forget(_ index: Int) {
    let name = names.remove(at: index)
    // A file may have come with one label twice.
    if !names.contains(name) { taken.remove(name) }
  }

  /// The bytes of the changed file, verified.
  /// - Throws: `QuantizationError.rejected`.
  public func bytes() throws -> [UInt8] {
    var file = texts.file
    file[.classes]?.bytes = classes.bytes
    file[.classes]?.count = classes.rows.count
    file.put(.classOffsets, count: classes.rows.count, classes.offsetBytes)
    let bytes = file.file
    do throws(RuntimeError) {
      _ = try Model.load(bytes.span.bytes)
    } catch {
      throw QuantizationError.rejected(error)
    }
    return bytes
  }

  private func checkNew(_ label: String) throws {
    try ClassSet.check(label)
    guard !taken.contains(label) else {
      throw ClassError("the model has the label '\(label)' already; choose another name")
    }
  }

  private func index(of label: String) throws -> Int {
    guard let index = names.firstIndex(of: label) else {
      let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", ..." : "")
      throw ClassError("the model has no label '\(label)'; it has \(shown)")
    }
    return index
  }
}
