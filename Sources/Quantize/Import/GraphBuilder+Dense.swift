// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  /// `y = alpha * x * B + beta * C`.
  mutating func readGemm(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    guard input.axes.count == 2 else {
      throw reader.failure(
        "its input has shape \(input.dimensions.brief); [1, features] is needed")
    }
    let (weights, bias) = try readGemmParameters(reader)
    try appendDense(reader, input, weights, bias)
  }

  /// `alpha * B` and `beta * C`, one element an output.
  mutating func readGemmParameters(_ reader: NodeReader) throws -> (weights: Matrix, bias: [Float])
  {
    try reader.require("transA", is: 0)
    let isTransposed = try reader.integer("transB", default: 0) != 0
    let (alpha, beta) = (
      try reader.float("alpha", default: 1), try reader.float("beta", default: 1)
    )
    var weights = try Matrix(try parameters(reader, 1, "weights"), isTransposed, reader)
    if alpha != 1 {
      weights.values = weights.values.map { $0 * alpha }
      try checkFinite(weights.values, reader, "its weights times alpha")
    }
    var bias = [Float](repeating: 0, count: weights.outputs)
    if reader.node.input.count > 2, !reader.node.input[2].isEmpty {
      let constant = try parameters(reader, 2, "biases")
      guard constant.count == 1 || constant.count == weights.outputs,
        constant.dimensions.dropLast().allSatisfy({ $0 == 1 })
      else {
        throw reader.failure(
          "biases of shape \(constant.dimensions.brief) do not fit its \(weights.outputs) outputs")
      }
      let floats = constant.floats.map { $0 * beta }
      try checkFinite(floats, reader, "its biases times beta")
      bias = floats.count == weights.outputs ? floats : bias.map { _ in floats[0] }
    }
    return (weights, bias)
  }

  /// `y = x * B` over the last axis of `x`.
  mutating func readMatMul(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let weights = try readMatMulWeights(reader)
    try appendDense(reader, input, weights, Array(repeating: 0, count: weights.outputs))
  }

  mutating func readMatMulWeights(_ reader: NodeReader) throws -> Matrix {
    try Matrix(try parameters(reader, 1, "weights"), false, reader)
  }

  /// The weights of a fully connected layer, `[inputs][outputs]`, or the other way round.
  struct Matrix {
    var values: [Float]
    let inputs: Int
    let outputs: Int
    private let isTransposed: Bool

    init(_ constant: ConstantTensor, _ isTransposed: Bool, _ reader: NodeReader) throws {
      guard constant.dimensions.count == 2, constant.count > 0 else {
        throw reader.failure(
          "weights of shape \(constant.dimensions.brief) are not supported ([inputs, outputs] are)")
      }
      values = constant.floats
      inputs = constant.dimensions[isTransposed ? 1 : 0]
      outputs = constant.dimensions[isTransposed ? 0 : 1]
      self.isTransposed = isTransposed
    }

    subscript(input: Int, output: Int) -> Float {
      isTransposed ? values[output * inputs + input] : values[input * outputs + output]
    }
  }

  /// A convolution whose kernel covers the axes that the last axis of `input` runs through.
  private mutating func appendDense(
    _ reader: NodeReader, _ input: Activation, _ weights: Matrix, _ bias: [Float]
  ) throws {
    let shape = input.shape
    guard let last = input.axes.last, input.dimensions.last == weights.inputs else {
      throw reader.failure(
        "its input of shape \(input.dimensions.brief) does not fit \(weights.inputs) weights an "
          + "output", advice: "export again")
    }
    guard last.contains(.channel) || shape.channels == 1 else {
      throw reader.failure(
        "its input of shape \(input.dimensions.brief) is multiplied along height or width, not "
          + "along channels")
    }
    let window = FloatWindow(
      kernelHeight: last.contains(.height) ? shape.height : 1,
      kernelWidth: last.contains(.width) ? shape.width : 1)
    // Where the elements of the last axis lie within the kernel, [height][width][channels].
    var places = [0]
    for axis in last {
      let stride =
        switch axis {
        case .height: window.kernelWidth * shape.channels
        case .width: shape.channels
        case .channel: 1
        }
      places = places.flatMap { place in
        (0..<axis.length(in: shape)).map { place + $0 * stride }
      }
    }
    let count = places.count
    var ordered = [Float](repeating: 0, count: weights.values.count)
    for output in 0..<weights.outputs {
      for index in 0..<count { ordered[output * count + places[index]] = weights[index, output] }
    }
    let convolution = FloatConvolution(
      window: window, groups: 1, inputChannels: shape.channels, outputChannels: weights.outputs,
      weights: ordered, bias: bias)
    try append(
      reader, .convolution(convolution), inputs: [input],
      shape: Shape(
        height: shape.height / window.kernelHeight, width: shape.width / window.kernelWidth,
        channels: weights.outputs),
      axes: input.axes.dropLast() + [[.channel]])
  }
}
