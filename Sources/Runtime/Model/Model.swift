// SPDX-License-Identifier: Apache-2.0

/// A verified model: its graph, labels and preprocessing, over the bytes of its file.
///
/// Whoever holds one may index its data without checks: `ModelVerifier` proved the bounds.
public struct Model: ~Copyable {
  let bytes: ModelBytes
  package let sections: SectionTable
  /// Activations; 0 is the input.
  public let tensors: [TensorRecord]
  package let nodes: [NodeRecord]
  public let preprocessing: PreprocessingRecord
  package let selftest: SelftestRecord?
  /// The class embeddings; nil where the network's outputs are the classes.
  package let classes: ClassesRecord?
  let labelRanges: [TextRange]
  let originRanges: [TextRange]

  init(
    bytes: consuming ModelBytes, sections: SectionTable, tensors: [TensorRecord],
    nodes: [NodeRecord], preprocessing: PreprocessingRecord, selftest: SelftestRecord?,
    classes: ClassesRecord?, labelRanges: [TextRange], originRanges: [TextRange]
  ) {
    self.bytes = bytes
    self.sections = sections
    self.tensors = tensors
    self.nodes = nodes
    self.preprocessing = preprocessing
    self.selftest = selftest
    self.classes = classes
    self.labelRanges = labelRanges
    self.originRanges = originRanges
  }

  /// Maps and verifies the model file at `path`.
  /// - Throws: `fileUnreadable`, or what is wrong with the file.
  public static func open(_ path: String, limits: ModelLimits = ModelLimits())
    throws(RuntimeError) -> Model
  {
    try load(ModelBytes.map(path), limits: limits, checksum: .verify)
  }

  /// Copies and verifies a model file that is already in memory.
  /// - Throws: what is wrong with the bytes.
  public static func load(
    _ bytes: RawSpan, limits: ModelLimits = ModelLimits()
  ) throws(RuntimeError) -> Model {
    try load(bytes, limits: limits, checksum: .verify)
  }

  /// As `load`, with the checksum compared or not.
  package static func load(
    _ bytes: RawSpan, limits: ModelLimits, checksum: ChecksumPolicy
  ) throws(RuntimeError) -> Model {
    let copy = try unsafe bytes.withUnsafeBytes { bytes throws(RuntimeError) in
      // What is no whole model file is not worth a copy.
      _ = try unsafe SectionTable(bytes, checksum: checksum)
      return try unsafe ModelBytes.copy(bytes)
    }
    return try load(copy, limits: limits, checksum: .ignore)
  }

  public var input: TensorRecord { tensors[0] }
  public var output: TensorRecord { tensors[outputIndex] }
  package var outputIndex: Int { nodes[nodes.count - 1].output }
  /// The size of the file in bytes.
  public var byteCount: Int { bytes.count }

  /// The classes that may be decided.
  public var labelCount: Int { labelRanges.count - (classes?.negativeCount ?? 0) }

  /// The rejection rule that the file holds.
  public var rejection: RejectionRule? { classes?.rejection }

  /// The label of a class, 0..<labelCount; behind them come the negative labels.
  public func label(_ index: Int) -> String { text(labelRanges[index]) }

  package func nodeName(_ index: Int) -> String {
    text(TextRange(offset: nodes[index].nameOffset, byteCount: nodes[index].nameByteCount))
  }

  /// Where the model came from: key and value, in the order of the file.
  public var originCount: Int { originRanges.count / 2 }
  public func origin(_ index: Int) -> (key: String, value: String) {
    (text(originRanges[2 * index]), text(originRanges[2 * index + 1]))
  }

  /// The whole file, and its preprocessing section; valid as long as the model lives.
  package var fileBytes: UnsafeRawBufferPointer { unsafe bytes.buffer }
  package var preprocessingBytes: UnsafeRawBufferPointer {
    unsafe sections.part(.preprocessing, of: bytes.buffer)
  }

  /// The address of an offset into the data section.
  package func data(_ offset: Int) -> UnsafeRawPointer {
    unsafe bytes.base + (sections[.data].offset + offset)
  }

  /// The rows of the class section and their scales; the caller has checked that there is one.
  package var classScales: UnsafeRawPointer {
    unsafe bytes.base + (sections[.classes].offset + ModelFormat.classesHeaderByteCount)
  }
  package var classElements: UnsafePointer<Int8> {
    let offset = sections[.classes].offset + (classes?.elementsOffset ?? 0)
    return unsafe (bytes.base + offset).assumingMemoryBound(to: Int8.self)
  }

  /// What is added to a row's cosine; 0 where the file has no offsets.
  package func classOffset(_ row: Int) -> Float {
    guard let classes, classes.hasOffsets else { return 0 }
    precondition(row >= 0 && row < classes.rowCount)
    let start = sections[.classOffsets].offset + ModelFormat.classOffsetByteCount * row
    let bits = unsafe bytes.base.loadUnaligned(fromByteOffset: start, as: UInt32.self)
    return Float(bitPattern: UInt32(littleEndian: bits))
  }

  private func text(_ range: TextRange) -> String {
    // Bounds and encoding were verified.
    let start = sections[.strings].offset + range.offset
    let utf8 = unsafe UnsafeRawBufferPointer(
      rebasing: bytes.buffer[start..<(start + range.byteCount)])
    return unsafe String(decoding: utf8, as: UTF8.self)
  }
}

extension Model {
  private static func load(
    _ bytes: consuming ModelBytes, limits: ModelLimits, checksum: ChecksumPolicy
  ) throws(RuntimeError) -> Model {
    let file = unsafe bytes.buffer
    let sections = try unsafe SectionTable(file, checksum: checksum)
    let tensors = try unsafe readTensors(sections, file)
    let nodes = try unsafe readNodes(sections, file)
    let preprocessing = try unsafe PreprocessingRecord(
      sections.reader(.preprocessing, of: file), input: tensors[0])
    let selftest =
      sections[.selftest].count == 1
      ? try unsafe SelftestRecord(sections.reader(.selftest, of: file)) : nil
    let classes = try unsafe readClasses(sections, file)
    let texts = try unsafe TextReader(sections, file)
    let labels = try unsafe texts.ranges(sections.reader(.labels, of: file))
    let origin = try unsafe texts.ranges(sections.reader(.origin, of: file))
    for node in nodes {
      try texts.check(TextRange(offset: node.nameOffset, byteCount: node.nameByteCount))
    }
    let verifier = unsafe ModelVerifier(
      tensors: tensors, nodes: nodes, data: sections.part(.data, of: file),
      labelCount: labels.count, classes: classes)
    try verifier.verify(limits: limits, fileByteCount: file.count)
    return Model(
      bytes: bytes, sections: sections, tensors: tensors, nodes: nodes,
      preprocessing: preprocessing, selftest: selftest, classes: classes, labelRanges: labels,
      originRanges: origin)
  }

  private static func readTensors(
    _ sections: SectionTable, _ file: UnsafeRawBufferPointer
  ) throws(RuntimeError) -> [TensorRecord] {
    let reader = unsafe sections.reader(.tensors, of: file)
    var tensors: [TensorRecord] = []
    tensors.reserveCapacity(sections[.tensors].count)
    for index in 0..<sections[.tensors].count {
      tensors.append(try TensorRecord(reader, at: index * ModelFormat.tensorByteCount))
    }
    return tensors
  }

  private static func readClasses(
    _ sections: SectionTable, _ file: UnsafeRawBufferPointer
  ) throws(RuntimeError) -> ClassesRecord? {
    let offsets = sections[.classOffsets]
    guard sections[.classes].isPresent else {
      guard !offsets.isPresent else { throw .malformed(.classOffsets, offset: offsets.offset) }
      return nil
    }
    var classes = try unsafe ClassesRecord(
      sections.reader(.classes, of: file), rowCount: sections[.classes].count)
    if offsets.isPresent {
      try unsafe classes.verifyOffsets(sections.reader(.classOffsets, of: file), offsets.count)
    }
    return classes
  }

  private static func readNodes(
    _ sections: SectionTable, _ file: UnsafeRawBufferPointer
  ) throws(RuntimeError) -> [NodeRecord] {
    let reader = unsafe sections.reader(.nodes, of: file)
    var nodes: [NodeRecord] = []
    nodes.reserveCapacity(sections[.nodes].count)
    for index in 0..<sections[.nodes].count {
      let offset = index * ModelFormat.nodeByteCount
      var node = try NodeRecord(
        reader, at: offset, dataByteCount: sections[.data].byteCount)
      let name = try TextRange(
        reader, at: offset + 88, stringsByteCount: sections[.strings].byteCount)
      (node.nameOffset, node.nameByteCount) = (name.offset, name.byteCount)
      nodes.append(node)
    }
    return nodes
  }
}
