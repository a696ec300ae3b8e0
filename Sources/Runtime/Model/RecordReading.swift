// SPDX-License-Identifier: Apache-2.0

extension TensorRecord {
  /// Reads and checks the tensor record at `offset`.
  init(_ reader: ByteReader, at offset: Int) throws(RuntimeError) {
    let place = reader.fileOffset + offset
    func dimension(_ field: Int) throws(RuntimeError) -> Int {
      let value = try reader.unsigned32(offset + field)
      guard (1...UInt32(ModelFormat.maximumDimension)).contains(value) else {
        throw .malformed(.shape, offset: place + field)
      }
      return Int(value)
    }
    height = try dimension(0)
    width = try dimension(4)
    channels = try dimension(8)
    guard let type = ElementType(rawValue: try reader.unsigned8(offset + 12)) else {
      throw .malformed(.elementType, offset: place + 12)
    }
    elementType = type
    upper = Int(try reader.unsigned8(offset + 13))
    guard type == .float32 ? upper == 0 : upper == 127 || upper == 255 else {
      throw .malformed(.range, offset: place + 13)
    }
    scale = try reader.float(offset + 16)
    guard scale.isFinite, scale > 0, type == .uint8 || scale == 1 else {
      throw .malformed(.scale, offset: place + 16)
    }
    let zero = try reader.unsigned32(offset + 20)
    guard zero <= UInt32(upper) else { throw .malformed(.zeroPoint, offset: place + 20) }
    zeroPoint = Int(zero)
    try reader.requireZero(offset + 14..<offset + 16)
    try reader.requireZero(offset + 24..<offset + 32)
  }
}

extension NodeRecord {
  /// Reads the node record at `offset`; the verifier checks what the fields mean.
  init(_ reader: ByteReader, at offset: Int, dataByteCount: Int) throws(RuntimeError) {
    let place = reader.fileOffset + offset
    func small(_ field: Int) throws(RuntimeError) -> Int {
      Int(try reader.unsigned16(offset + field))
    }
    func tensor(_ field: Int) throws(RuntimeError) -> Int {
      let value = try reader.unsigned32(offset + field)
      guard value < UInt32(Int32.max) else {
        throw .malformed(.tensorIndex, offset: place + field)
      }
      return Int(value)
    }
    func data(_ field: Int) throws(RuntimeError) -> Int {
      let value = try reader.unsigned64(offset + field)
      guard value <= UInt64(dataByteCount), value % UInt64(ModelFormat.alignment) == 0 else {
        throw .malformed(.dataOffset, offset: place + field)
      }
      return Int(value)
    }
    let code = try reader.unsigned32(offset)
    guard let known = Operator(rawValue: code) else { throw .malformed(.operator, offset: place) }
    self.init(operation: known, input: try tensor(4), output: try tensor(12))
    let second = try reader.unsigned32(offset + 8)
    secondInput = second == ModelFormat.noTensor ? -1 : try tensor(8)
    (kernelHeight, kernelWidth) = (try small(16), try small(18))
    (strideY, strideX) = (try small(20), try small(22))
    (padTop, padLeft) = (try small(24), try small(26))
    (padBottom, padRight) = (try small(28), try small(30))
    (dilationY, dilationX) = (try small(32), try small(34))
    let groupCount = try reader.unsigned32(offset + 36)
    guard groupCount <= UInt32(ModelFormat.maximumDimension) else {
      throw .malformed(.groups, offset: place + 36)
    }
    groups = Int(groupCount)
    lower = Int(try reader.unsigned8(offset + 40))
    upper = Int(try reader.unsigned8(offset + 41))
    let counts = try reader.unsigned8(offset + 42)
    guard counts <= 1 else { throw .malformed(.reservedNotZero, offset: place + 42) }
    countsPadding = counts == 1
    padValue = Int(try reader.unsigned8(offset + 43))
    multiplier = try reader.float(offset + 48)
    secondMultiplier = try reader.float(offset + 52)
    (weightsOffset, biasOffset) = (try data(56), try data(64))
    (multiplierOffset, proofOffset) = (try data(72), try data(80))
    try reader.requireZero(offset + 44..<offset + 48)
    try reader.requireZero(offset + 96..<offset + 128)
  }
}

extension PreprocessingRecord {
  /// Reads and checks the preprocessing record; `input` is the network's input.
  init(_ reader: ByteReader, input: TensorRecord) throws(RuntimeError) {
    let rule = ResizeRule(rawValue: try reader.unsigned32(0))
    let filter = Filter(rawValue: try reader.unsigned32(8))
    let colour = ColourOrder(rawValue: try reader.unsigned32(12))
    let size = try reader.unsigned32(4)
    guard let rule, let filter, let colour, input.elementType == .uint8,
      input.channels == (colour == .grey ? 1 : 3),
      rule == .squash
        ? size == 0
        : (UInt32(max(input.height, input.width))...UInt32(ModelFormat.maximumDimension))
          .contains(size)
    else { throw .malformed(.preprocessing, offset: reader.fileOffset) }
    var mean = InlineArray<3, Float>(repeating: 0)
    var deviation = InlineArray<3, Float>(repeating: 1)
    for channel in 0..<3 {
      mean[channel] = try reader.float(16 + channel * 4)
      deviation[channel] = try reader.float(28 + channel * 4)
      guard mean[channel].isFinite, deviation[channel].isFinite, deviation[channel] > 0 else {
        throw .malformed(.preprocessing, offset: reader.fileOffset + 16 + channel * 4)
      }
    }
    try reader.requireZero(40..<ModelFormat.preprocessingByteCount)
    self.init(
      resizeRule: rule, resizeSize: Int(size), colourOrder: colour, mean: mean,
      deviation: deviation)
    self.filter = filter
  }
}

extension SelftestRecord {
  init(_ reader: ByteReader) throws(RuntimeError) {
    self.init(
      seed: try reader.unsigned64(0), inputDigest: try reader.unsigned64(8),
      outputDigest: try reader.unsigned64(16))
  }
}
