// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  mutating func readConvolution(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    let weights = try parameters(reader, 1, "weights")
    guard weights.dimensions.count == 4 else {
      throw reader.failure(
        "its weights have shape \(weights.dimensions.brief); only convolutions over height and "
          + "width are supported")
    }
    let (outputs, perGroup) = (weights.dimensions[0], weights.dimensions[1])
    let kernel = Array(weights.dimensions[2...])
    let groups = try reader.integer("group", default: 1)
    guard groups >= 1, outputs >= 1, outputs % groups == 0,
      checkedProduct([perGroup, groups]) == input.shape.channels
    else {
      throw reader.failure(
        "\(groups) with weights of shape \(weights.dimensions.brief) does not fit the "
          + "\(input.shape.channels) channels of its input", attribute: "group",
        advice: "export again")
    }
    if let declared = try reader.integers("kernel_shape"), declared != kernel {
      throw reader.failure(
        "\(declared.brief) differs from its weights' \(kernel)", attribute: "kernel_shape",
        advice: "export again")
    }
    let window = try readWindow(reader, kernel: kernel, input: input.shape)
    let size = try outputSize(reader, window, input)
    let convolution = FloatConvolution(
      window: window, groups: groups, inputChannels: input.shape.channels,
      outputChannels: outputs,
      weights: Self.channelsLast(weights.floats, outputs, perGroup, kernel[0] * kernel[1]),
      bias: try bias(reader, count: outputs))
    let shape = Shape(height: size.height, width: size.width, channels: outputs)
    try append(
      reader, .convolution(convolution), inputs: [input], shape: shape,
      axes: [[], [.channel], [.height], [.width]])
  }

  private mutating func bias(_ reader: NodeReader, count: Int) throws -> [Float] {
    guard reader.node.input.count > 2, !reader.node.input[2].isEmpty else {
      return Array(repeating: 0, count: count)
    }
    let bias = try parameters(reader, 2, "biases").floats
    guard bias.count == count else {
      throw reader.failure(
        "it has \(bias.count) biases for \(count) outputs", advice: "export again")
    }
    return bias
  }

  /// `[outputs][channels][pixels]` to `[outputs][pixels][channels]`.
  private static func channelsLast(
    _ weights: [Float], _ outputs: Int, _ channels: Int, _ pixels: Int
  ) -> [Float] {
    if channels == 1 || pixels == 1 { return weights }
    return [Float](unsafeUninitializedCapacity: weights.count) { result, count in
      for output in 0..<outputs {
        let start = output * channels * pixels
        for pixel in 0..<pixels {
          for channel in 0..<channels {
            result[start + pixel * channels + channel] = weights[start + channel * pixels + pixel]
          }
        }
      }
      count = weights.count
    }
  }

  // MARK: - Batch normalization

  /// `y = (x - mean) / sqrt(variance + epsilon) * scale + bias`, computed in binary64.
  mutating func readBatchNormalization(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let evaluation = "export the student in evaluation mode (model.eval())"
    try reader.require("training_mode", is: 0, advice: evaluation)
    try reader.require("spatial", is: 1)
    let channels = input.shape.channels
    let isOverChannels = channels == 1 ? [] : [PixelAxis.channel]
    guard input.axes.count >= 2, input.axes[1] == isOverChannels else {
      throw reader.failure(
        "its input has shape \(input.dimensions.brief), which mixes channels and pixels")
    }
    let names = ["scales", "biases", "means", "variances"]
    let vectors = try names.enumerated().map { index, name in
      let vector = try parameters(reader, index + 1, name).floats
      guard vector.count == channels else {
        throw reader.failure("it has \(vector.count) \(name) for \(channels) channels")
      }
      return vector.map(Double.init)
    }
    let epsilon = Double(try reader.float("epsilon", default: 1e-5))
    var (scale, shift): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      let factor = vectors[0][channel] / (vectors[3][channel] + epsilon).squareRoot()
      scale.append(Float(factor))
      shift.append(Float(vectors[1][channel] - vectors[2][channel] * factor))
    }
    try checkFinite(scale + shift, reader, "its scales divided by its deviations")
    try append(reader, .scaleShift(scale: scale, shift: shift), to: input)
  }
}
