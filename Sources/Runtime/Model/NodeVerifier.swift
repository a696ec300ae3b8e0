// SPDX-License-Identifier: Apache-2.0

/// The rules for one node of a model.
///
/// It reads the data section through `part`, which checks the bounds.
@safe struct NodeVerifier {
  let node: NodeRecord
  let input: TensorRecord
  let output: TensorRecord
  private let index: Int
  private let second: TensorRecord?
  private let data: UnsafeRawBufferPointer

  init(_ model: ModelVerifier, _ index: Int) {
    self.index = index
    node = model.nodes[index]
    input = model.tensors[node.input]
    output = model.tensors[node.output]
    second = node.secondInput >= 0 ? model.tensors[node.secondInput] : nil
    unsafe data = model.data
  }

  func verify() throws(RuntimeError) {
    try require(input.elementType == .uint8, .elementType)
    if output.elementType == .uint8 {
      try require(node.lower <= node.upper && node.upper <= output.upper, .clamp)
    } else {
      try require(node.operation == .convolution, .elementType)
      try require(node.lower == 0 && node.upper == 0, .clamp)
    }
    switch node.operation {
    case .convolution: try verifyConvolution()
    case .depthwise: try verifyDepthwise()
    case .add: try verifyAdd()
    case .averagePool, .maxPool: try verifyPool()
    case .lookup: try verifyLookup()
    case .pad: try verifyPad()
    }
  }

  private func require(_ holds: Bool, _ defect: ModelDefect) throws(RuntimeError) {
    guard holds else { throw .malformedNode(defect, node: index) }
  }

  // MARK: - Unused fields

  private func requireNoWindow() throws(RuntimeError) {
    try require(
      node.kernelHeight == 0 && node.kernelWidth == 0 && node.strideY == 0 && node.strideX == 0
        && node.dilationY == 0 && node.dilationX == 0 && node.groups == 0, .reservedNotZero)
  }

  private func requireNoPads() throws(RuntimeError) {
    try require(
      node.padTop == 0 && node.padLeft == 0 && node.padBottom == 0 && node.padRight == 0,
      .reservedNotZero)
  }

  private func requireNoMultipliers() throws(RuntimeError) {
    try require(
      node.multiplier.bitPattern == 0 && node.secondMultiplier.bitPattern == 0, .reservedNotZero)
  }

  private func requireNoData(proof: Bool = true) throws(RuntimeError) {
    try require(
      node.weightsOffset == 0 && node.biasOffset == 0 && node.multiplierOffset == 0
        && (!proof || node.proofOffset == 0), .reservedNotZero)
  }

  // MARK: - Windows

  /// The output has the size that the window makes of the input.
  private func verifyWindow() throws(RuntimeError) {
    func size(
      _ length: Int, _ before: Int, _ after: Int, _ kernel: Int, _ stride: Int, _ dilation: Int
    ) -> Int64? {
      guard kernel > 0, stride > 0, dilation > 0 else { return nil }
      let room =
        Int64(length + before + after) - Int64(dilation) * Int64(kernel - 1) - 1
      return room < 0 ? nil : room / Int64(stride) + 1
    }
    let height = size(
      input.height, node.padTop, node.padBottom, node.kernelHeight, node.strideY, node.dilationY)
    let width = size(
      input.width, node.padLeft, node.padRight, node.kernelWidth, node.strideX, node.dilationX)
    try require(height != nil && width != nil, .geometry)
    try require(height == Int64(output.height) && width == Int64(output.width), .shape)
  }

  // MARK: - Convolutions

  private func verifyConvolution() throws(RuntimeError) {
    try verifyWindow()
    try require(
      node.groups > 0 && input.channels % node.groups == 0 && output.channels % node.groups == 0,
      .groups)
    try require(node.padValue == input.zeroPoint, .padValue)
    try require(!node.countsPadding, .reservedNotZero)
    try requireNoMultipliers()
    let layout = ConvolutionLayout(
      node, inputChannels: input.channels, outputChannels: output.channels)
    let weights = try unsafe part(node.weightsOffset, layout.weightByteCount)
    let proofs = try unsafe part(node.proofOffset, layout.groups * layout.blocks)
    let channels = try unsafe ChannelParameters(
      bias: part(node.biasOffset, layout.channelEntries * 4),
      multiplier: part(node.multiplierOffset, layout.channelEntries * 4))
    try unsafe verifySegmentPadding(layout, weights)
    let terms = layout.weightsPerChannel ?? .max
    for group in 0..<Int(layout.groups) {
      for channel in 0..<Int(layout.outputChannels) {
        let entry = group * Int(layout.blocks) * 16 + channel
        try unsafe verifyChannel(channels, entry, terms: terms)
      }
    }
    let blockByteCount = Int(layout.blockByteCount ?? 0)
    for block in 0..<Int(layout.groups * layout.blocks) {
      // `part` proved that the weights hold all blocks.
      let start = unsafe (weights.baseAddress! + block * blockByteCount)
        .assumingMemoryBound(to: Int8.self)
      let proven = unsafe WeightProof.strongest(
        start, byteCount: blockByteCount, inputUpper: input.upper)
      try unsafe require(proofs[block] <= proven.rawValue, .proof)
    }
  }

  private func verifyDepthwise() throws(RuntimeError) {
    try verifyWindow()
    try require(
      node.groups == input.channels && output.channels == input.channels, .groups)
    try require(node.dilationY == 1 && node.dilationX == 1, .geometry)
    try require(node.padValue == input.zeroPoint, .padValue)
    try require(!node.countsPadding && node.proofOffset == 0, .reservedNotZero)
    try requireNoMultipliers()
    let blocks = (Int64(input.channels) + 15) / 16
    let taps = Int64(node.kernelHeight) * Int64(node.kernelWidth)
    _ = try unsafe part(node.weightsOffset, blocks * taps * 16)
    let channels = try unsafe ChannelParameters(
      bias: part(node.biasOffset, blocks * 64),
      multiplier: part(node.multiplierOffset, blocks * 64))
    for channel in 0..<input.channels {
      try unsafe verifyChannel(channels, channel, terms: taps)
    }
  }

  /// Bias and multiplier of a convolution, an entry for each channel of each whole block; `part`
  /// proved that they hold all of them.
  @unsafe private struct ChannelParameters {
    let bias: UnsafeRawBufferPointer
    let multiplier: UnsafeRawBufferPointer
  }

  /// The accumulator fits int32, and its product with the multiplier converts without saturation.
  private func verifyChannel(
    _ channels: ChannelParameters, _ entry: Int, terms: Int64
  ) throws(RuntimeError) {
    let bias = unsafe Int32(
      littleEndian: channels.bias.loadUnaligned(fromByteOffset: entry * 4, as: Int32.self))
    let bits = unsafe UInt32(
      littleEndian: channels.multiplier.loadUnaligned(fromByteOffset: entry * 4, as: UInt32.self))
    let multiplier = Float(bitPattern: bits)
    try require(multiplier.isFinite && multiplier > 0, .multiplier)
    let limit = Int64(Int32.max)
    try require(terms <= limit, .accumulator)
    let bound = terms * 128 * Int64(input.upper) + Int64(bias.magnitude)
    try require(bound <= limit, .accumulator)
    if output.elementType == .uint8 {
      try require(Double(bound) * Double(multiplier) < 1_073_741_824, .multiplier)
    }
  }

  /// Weights beyond a segment's real inputs are zero: what lies there in the input cannot matter.
  private func verifySegmentPadding(
    _ layout: ConvolutionLayout, _ weights: UnsafeRawBufferPointer
  ) throws(RuntimeError) {
    guard layout.segmentLength < layout.paddedLength else { return }
    let segments = Int(layout.groups * layout.blocks * layout.segmentCount)
    let byteCount = Int(layout.paddedLength) * 16
    for segment in 0..<segments {
      for k in Int(layout.segmentLength)..<Int(layout.paddedLength) {
        let start = segment * byteCount + k / 4 * 64 + k % 4
        for channel in 0..<16 {
          try unsafe require(weights[start + channel * 4] == 0, .weightPadding)
        }
      }
    }
  }

  /// `byteCount` bytes of the data section.
  private func part(
    _ offset: Int, _ byteCount: Int64?
  ) throws(RuntimeError) -> UnsafeRawBufferPointer {
    guard let byteCount, unsafe byteCount <= Int64(data.count - offset) else {
      throw .malformedNode(.dataOffset, node: index)
    }
    return unsafe UnsafeRawBufferPointer(rebasing: data[offset..<(offset + Int(byteCount))])
  }

  // MARK: - The others

  private func verifyAdd() throws(RuntimeError) {
    guard let second else { throw .malformedNode(.tensorIndex, node: index) }
    try requireNoWindow()
    try requireNoPads()
    try requireNoData()
    try require(!node.countsPadding && node.padValue == 0, .reservedNotZero)
    try require(second.elementType == .uint8, .elementType)
    try require(hasShape(of: input) && hasShape(of: second), .shape)
    for multiplier in [node.multiplier, node.secondMultiplier] {
      try require(multiplier > 0 && multiplier < 1_048_576, .multiplier)
    }
  }

  private func verifyPool() throws(RuntimeError) {
    try verifyWindow()
    try requireNoData()
    try require(node.groups == 0 && node.padValue == 0, .reservedNotZero)
    try require(node.dilationY == 1 && node.dilationX == 1, .geometry)
    try require(output.channels == input.channels, .shape)
    // At least one tap of every window lies inside the picture.
    try require(
      max(node.padTop, node.padBottom) < node.kernelHeight
        && max(node.padLeft, node.padRight) < node.kernelWidth, .geometry)
    if node.operation == .averagePool {
      let taps = Int64(node.kernelHeight) * Int64(node.kernelWidth)
      try require(taps * 255 <= Int64(Int32.max), .accumulator)
      try require(
        node.multiplier > 0 && node.multiplier < 1_048_576
          && node.secondMultiplier.bitPattern == 0, .multiplier)
    } else {
      try requireNoMultipliers()
      try require(!node.countsPadding, .reservedNotZero)
      try require(
        input.scale == output.scale && input.zeroPoint == output.zeroPoint, .scale)
    }
  }

  private func verifyLookup() throws(RuntimeError) {
    try requireNoWindow()
    try requireNoPads()
    try requireNoMultipliers()
    try requireNoData(proof: false)
    try require(!node.countsPadding && node.padValue == 0, .reservedNotZero)
    try require(hasShape(of: input), .shape)
    let table = try unsafe part(node.proofOffset, Int64(ModelFormat.lookupByteCount))
    for index in table.indices {
      let entry = unsafe table[index]
      try require(Int(entry) >= node.lower && Int(entry) <= node.upper, .table)
    }
  }

  private func verifyPad() throws(RuntimeError) {
    try requireNoWindow()
    try requireNoMultipliers()
    try requireNoData()
    try require(!node.countsPadding, .reservedNotZero)
    try require(
      output.height == input.height + node.padTop + node.padBottom
        && output.width == input.width + node.padLeft + node.padRight
        && output.channels == input.channels, .shape)
    try require(
      node.padValue <= output.upper && input.upper <= output.upper
        && input.scale == output.scale && input.zeroPoint == output.zeroPoint
        && node.lower == 0 && node.upper == output.upper, .padValue)
  }

  private func hasShape(of tensor: TensorRecord) -> Bool {
    output.height == tensor.height && output.width == tensor.width
      && output.channels == tensor.channels
  }
}
