// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  // MARK: - Convolution

  mutating func readConvolution(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    let weights = try weights(reader, 1, "weights")
    guard weights.dimensions.count == 4 else {
      throw reader.fail("its weights have shape \(weights.dimensions); rank 4 is needed")
    }
    let (outputs, perGroup) = (weights.dimensions[0], weights.dimensions[1])
    let kernel = Array(weights.dimensions[2...])
    let groups = reader.integer("group", default: 1)
    guard groups >= 1, outputs >= 1, outputs % groups == 0,
      checkedProduct([perGroup, groups]) == input.shape.channels
    else {
      throw reader.fail(
        "weights of shape \(weights.dimensions) in \(groups) groups do not fit the "
          + "\(input.shape.channels) channels of its input")
    }
    if let declared = reader.integers("kernel_shape"), declared != kernel {
      throw reader.fail("attribute kernel_shape = \(declared) differs from its weights \(kernel)")
    }
    let window = try window(reader, kernel: kernel, input: input.shape)
    guard let size = window.outputSize(of: input.shape) else {
      throw reader.fail("its kernel is larger than its padded input \(input.dimensions)")
    }
    let bias = try bias(reader, 2, count: outputs)
    let convolution = FloatConvolution(
      window: window, groups: groups, inputChannels: input.shape.channels,
      outputChannels: outputs,
      weights: channelsLast(weights.floats, outputs, perGroup, kernel[0] * kernel[1]), bias: bias)
    try append(
      reader, .convolution(convolution), inputs: [input],
      shape: Shape(height: size.height, width: size.width, channels: outputs),
      form: .channelsFirst)
  }

  private mutating func bias(_ reader: NodeReader, _ index: Int, count: Int) throws -> [Float] {
    guard try operand(reader, index) != nil else { return Array(repeating: 0, count: count) }
    let bias = try weights(reader, index, "biases").floats
    if bias.count == 1 { return Array(repeating: bias[0], count: count) }
    guard bias.count == count else {
      throw reader.fail("it has \(bias.count) biases for \(count) outputs")
    }
    return bias
  }

  /// `[outputs][channels][pixels]` to `[outputs][pixels][channels]`.
  private func channelsLast(
    _ weights: [Float], _ outputs: Int, _ channels: Int, _ pixels: Int
  ) -> [Float] {
    if channels == 1 || pixels == 1 { return weights }
    var result = [Float](repeating: 0, count: weights.count)
    for output in 0..<outputs {
      let start = output * channels * pixels
      for channel in 0..<channels {
        for pixel in 0..<pixels {
          result[start + pixel * channels + channel] = weights[start + channel * pixels + pixel]
        }
      }
    }
    return result
  }

  // MARK: - Windows

  private func window(_ reader: NodeReader, kernel: [Int], input: Shape) throws -> FloatWindow {
    let range = 1...Self.maximumDimension
    guard kernel.count == 2, kernel.allSatisfy(range.contains) else {
      throw reader.fail("a kernel of shape \(kernel) is not supported (height and width are)")
    }
    let strides = try reader.integers("strides", count: 2, in: range, default: 1)
    let dilations = try reader.integers("dilations", count: 2, in: range, default: 1)
    var window = FloatWindow(kernelHeight: kernel[0], kernelWidth: kernel[1])
    (window.strideY, window.strideX) = (strides[0], strides[1])
    (window.dilationY, window.dilationX) = (dilations[0], dilations[1])
    let mode = reader.string("auto_pad", default: "NOTSET")
    switch mode {
    case "NOTSET":
      let pads = try reader.integers(
        "pads", count: 4, in: 0...Self.maximumDimension, default: 0)
      (window.padTop, window.padLeft) = (pads[0], pads[1])
      (window.padBottom, window.padRight) = (pads[2], pads[3])
    case "VALID": break
    case "SAME_UPPER", "SAME_LOWER":
      let isUpper = mode == "SAME_UPPER"
      (window.padTop, window.padBottom) = Self.samePads(
        input.height, kernel[0], strides[0], dilations[0], isUpper)
      (window.padLeft, window.padRight) = Self.samePads(
        input.width, kernel[1], strides[1], dilations[1], isUpper)
    default: throw reader.fail("attribute auto_pad = \(mode) is not supported")
    }
    return window
  }

  /// Padding that makes `ceil(length / stride)` outputs.
  private static func samePads(
    _ length: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ isUpper: Bool
  ) -> (Int, Int) {
    let outputs = (length + stride - 1) / stride
    let total = max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - length)
    let small = total / 2
    return isUpper ? (small, total - small) : (total - small, small)
  }

  // MARK: - Pools

  mutating func readGlobalAveragePool(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    try averageAll(reader, input, form: .channelsFirst)
  }

  private mutating func averageAll(
    _ reader: NodeReader, _ input: Activation, form: Activation.Form
  ) throws {
    let window = FloatWindow(
      kernelHeight: input.shape.height, kernelWidth: input.shape.width)
    try append(
      reader, .averagePool(window, countsPadding: false), inputs: [input],
      shape: Shape(height: 1, width: 1, channels: input.shape.channels), form: form)
  }

  /// The mean over height and width.
  mutating func readReduceMean(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let given = try constant(reader, 1)?.integers ?? reader.integers("axes") ?? []
    let axes = Set(given.map { $0 < 0 ? $0 + input.dimensions.count : $0 })
    let keeps = reader.integer("keepdims", default: 1) != 0
    switch (input.form, axes) {
    case (.channelsFirst, [2, 3]):
      try averageAll(reader, input, form: keeps ? .channelsFirst : .flat)
    case (.channelsLast, [1, 2]):
      try averageAll(reader, input, form: keeps ? .channelsLast : .flat)
    default:
      throw reader.fail(
        "axes \(given) of shape \(input.dimensions) are not supported (height and width are)")
    }
  }

  mutating func readPool(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    guard let kernel = reader.integers("kernel_shape") else {
      throw reader.fail("it has no attribute kernel_shape")
    }
    try reader.require("storage_order", is: 0)
    guard reader.node.output.count < 2 || reader.node.output[1].isEmpty else {
      throw reader.fail("its second output (indices) is not supported")
    }
    var window = try window(reader, kernel: kernel, input: input.shape)
    guard window.dilationY == 1, window.dilationX == 1 else {
      throw reader.fail("attribute dilations other than 1 are not supported in pools")
    }
    guard max(window.padTop, window.padBottom) < window.kernelHeight,
      max(window.padLeft, window.padRight) < window.kernelWidth
    else { throw reader.fail("attribute pads must be smaller than the kernel") }
    let countsPadding = reader.integer("count_include_pad", default: 0) != 0
    if reader.integer("ceil_mode", default: 0) != 0 {
      try roundUp(reader, &window, input.shape, countsPadding: countsPadding)
    }
    guard let size = window.outputSize(of: input.shape) else {
      throw reader.fail("its kernel is larger than its padded input \(input.dimensions)")
    }
    try append(
      reader,
      reader.node.opType == "MaxPool"
        ? .maxPool(window) : .averagePool(window, countsPadding: countsPadding), inputs: [input],
      shape: Shape(height: size.height, width: size.width, channels: input.shape.channels),
      form: .channelsFirst)
  }

  /// ceil_mode: more padding behind, which the taps inside do not see.
  private func roundUp(
    _ reader: NodeReader, _ window: inout FloatWindow, _ input: Shape, countsPadding: Bool
  ) throws {
    func missing(_ length: Int, _ before: Int, _ after: Int, _ kernel: Int, _ stride: Int) -> Int {
      let rest = (length + before + after - kernel) % stride
      guard length + before + after >= kernel, rest > 0 else { return 0 }
      // A window that would start behind the picture is left out.
      let start = length + before + after - kernel - rest + stride
      return start < length + before ? stride - rest : 0
    }
    let down = missing(
      input.height, window.padTop, window.padBottom, window.kernelHeight, window.strideY)
    let right = missing(
      input.width, window.padLeft, window.padRight, window.kernelWidth, window.strideX)
    guard down + right == 0 || !countsPadding else {
      throw reader.fail("attributes ceil_mode and count_include_pad together are not supported")
    }
    window.padBottom += down
    window.padRight += right
    guard window.padBottom < window.kernelHeight, window.padRight < window.kernelWidth else {
      throw reader.fail("attribute ceil_mode = 1 is not supported with this kernel and stride")
    }
  }

  // MARK: - Pad

  mutating func readPad(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    let mode = reader.string("mode", default: "constant")
    guard mode == "constant" else {
      throw reader.fail("attribute mode = \(mode) is not supported (constant is)")
    }
    guard try constant(reader, 3) == nil else { throw reader.fail("its axes are not supported") }
    guard let pads = try constant(reader, 1)?.integers ?? reader.integers("pads"),
      pads.count == 8, pads.allSatisfy({ (0...Self.maximumDimension).contains($0) }),
      pads[0] == 0, pads[1] == 0, pads[4] == 0, pads[5] == 0
    else { throw reader.fail("only constant padding of height and width is supported") }
    let value =
      try constant(reader, 2)?.floats.first ?? reader.float("value", default: 0)
    guard value.isFinite else { throw reader.fail("padding with \(value) is not supported") }
    let shape = Shape(
      height: input.shape.height + pads[2] + pads[6],
      width: input.shape.width + pads[3] + pads[7], channels: input.shape.channels)
    try append(
      reader,
      .pad(top: pads[2], left: pads[3], bottom: pads[6], right: pads[7], value: value),
      inputs: [input], shape: shape, form: .channelsFirst)
  }

  // MARK: - Fully connected

  mutating func readGemm(_ reader: NodeReader) throws {
    try reader.require("transA", is: 0)
    let alpha = reader.float("alpha", default: 1)
    let beta = reader.float("beta", default: 1)
    let matrix = try weights(reader, 1, "weights")
    let isTransposed = reader.integer("transB", default: 0) != 0
    var bias: [Float]?
    if try operand(reader, 2) != nil {
      bias = try weights(reader, 2, "biases").floats.map { $0 * beta }
    }
    try fullyConnected(
      reader, matrix, isTransposed: isTransposed, factor: alpha, bias: bias)
  }

  mutating func readMatMul(_ reader: NodeReader) throws {
    let matrix = try weights(reader, 1, "weights")
    try fullyConnected(reader, matrix, isTransposed: false, factor: 1, bias: nil)
  }

  /// A product with a constant matrix: a convolution whose kernel covers its input.
  private mutating func fullyConnected(
    _ reader: NodeReader, _ matrix: ConstantTensor, isTransposed: Bool, factor: Float,
    bias: [Float]?
  ) throws {
    let input = try activation(reader, 0)
    guard input.isFlat || (input.form == .channelsLast && input.isPoint) else {
      throw reader.fail("its input has shape \(input.dimensions); flatten it first")
    }
    guard matrix.dimensions.count == 2 else {
      throw reader.fail("its weights have shape \(matrix.dimensions); rank 2 is needed")
    }
    let (inputs, outputs) =
      isTransposed
      ? (matrix.dimensions[1], matrix.dimensions[0])
      : (matrix.dimensions[0], matrix.dimensions[1])
    guard inputs == input.shape.count, outputs >= 1 else {
      throw reader.fail(
        "weights of shape \(matrix.dimensions) do not fit an input of \(input.shape.count) elements"
      )
    }
    var rows = matrix.floats
    if !isTransposed {
      let columns = rows
      rows = (0..<columns.count).map { columns[$0 % inputs * outputs + $0 / inputs] }
    }
    if factor != 1 { rows = rows.map { $0 * factor } }
    if input.form == .flat {
      rows = channelsLast(
        rows, outputs, input.shape.channels, input.shape.height * input.shape.width)
    }
    var biases = bias ?? Array(repeating: 0, count: outputs)
    if biases.count == 1 { biases = Array(repeating: biases[0], count: outputs) }
    guard biases.count == outputs else {
      throw reader.fail("it has \(biases.count) biases for \(outputs) outputs")
    }
    let window = FloatWindow(
      kernelHeight: input.shape.height, kernelWidth: input.shape.width)
    let convolution = FloatConvolution(
      window: window, groups: 1, inputChannels: input.shape.channels, outputChannels: outputs,
      weights: rows, bias: biases)
    try append(
      reader, .convolution(convolution), inputs: [input],
      shape: Shape(height: 1, width: 1, channels: outputs), form: .flat)
  }
}
