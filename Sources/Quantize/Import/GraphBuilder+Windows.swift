// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  /// Strides, dilations and pads of a node that slides a kernel over a picture of shape `input`.
  func readWindow(_ reader: NodeReader, kernel: [Int], input: Shape) throws -> FloatWindow {
    let range = 1...Self.maximumDimension
    guard kernel.count == 2, kernel.allSatisfy(range.contains) else {
      throw reader.failure(
        "\(kernel.brief) is not supported (a height and a width are)", attribute: "kernel_shape")
    }
    let strides = try reader.integers("strides", count: 2, in: range, default: 1)
    let dilations = try reader.integers("dilations", count: 2, in: range, default: 1)
    var window = FloatWindow(kernelHeight: kernel[0], kernelWidth: kernel[1])
    (window.strideY, window.strideX) = (strides[0], strides[1])
    (window.dilationY, window.dilationX) = (dilations[0], dilations[1])
    let mode = try reader.string("auto_pad", default: "NOTSET")
    switch mode {
    case "NOTSET", "":
      let pads = try reader.integers("pads", count: 4, in: 0...Self.maximumDimension, default: 0)
      (window.padTop, window.padLeft) = (pads[0], pads[1])
      (window.padBottom, window.padRight) = (pads[2], pads[3])
    case "VALID": break
    case "SAME_UPPER", "SAME_LOWER":
      let isUpper = mode == "SAME_UPPER"
      (window.padTop, window.padBottom) = Self.samePads(
        input.height, kernel[0], strides[0], dilations[0], isUpper)
      (window.padLeft, window.padRight) = Self.samePads(
        input.width, kernel[1], strides[1], dilations[1], isUpper)
    default:
      throw reader.failure("'\(mode.prefix(40))' is not supported", attribute: "auto_pad")
    }
    let pads = [window.padTop, window.padLeft, window.padBottom, window.padRight]
    guard pads.allSatisfy({ $0 <= Self.maximumDimension }) else {
      throw reader.failure("it needs pads of \(pads)", attribute: "auto_pad")
    }
    return window
  }

  /// Padding that makes `ceil(length / stride)` outputs; the odd row goes to the end for
  /// SAME_UPPER.
  private static func samePads(
    _ length: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ isUpper: Bool
  ) -> (before: Int, after: Int) {
    let outputs = (length + stride - 1) / stride
    let total = max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - length)
    let small = total / 2
    return isUpper ? (small, total - small) : (total - small, small)
  }

  /// The output's height and width.
  func outputSize(
    _ reader: NodeReader, _ window: FloatWindow, _ input: Activation
  ) throws -> (height: Int, width: Int) {
    guard let size = window.outputSize(of: input.shape) else {
      throw reader.failure(
        "its kernel is larger than its padded input of shape \(input.dimensions.brief)",
        advice: "export the student for a larger picture")
    }
    return size
  }

  // MARK: - Pads

  /// The amounts are an attribute up to operator set 10 and an input from 11.
  mutating func readPad(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    let mode = try reader.string("mode", default: "constant")
    guard mode == "constant" else {
      throw reader.failure("'\(mode.prefix(40))' is not supported (constant is)", attribute: "mode")
    }
    let given = try constant(reader, 1)?.integers
    guard let amounts = try given ?? reader.integers("pads") else {
      throw reader.failure("the amounts are not known", attribute: "pads")
    }
    let pads = try spread(amounts, over: try constant(reader, 3), reader)
    var value = try reader.float("value", default: 0)
    if let constant = try constant(reader, 2) {
      guard constant.count == 1 else { throw reader.failure("it has several values to pad with") }
      value = constant.floats[0]
    }
    try checkFinite([value], reader, "the values to pad with")
    guard pads.allSatisfy((0...Self.maximumDimension).contains),
      [pads[0], pads[1], pads[4], pads[5]] == [0, 0, 0, 0]
    else {
      throw reader.failure(
        "\(pads.brief) is not supported (a border around height and width is)", attribute: "pads")
    }
    let shape = Shape(
      height: input.shape.height + pads[2] + pads[6], width: input.shape.width + pads[3] + pads[7],
      channels: input.shape.channels)
    if shape == input.shape { return try define(reader, .activation(input)) }
    try append(
      reader, .pad(top: pads[2], left: pads[3], bottom: pads[6], right: pads[7], value: value),
      inputs: [input], shape: shape, axes: [[], [.channel], [.height], [.width]])
  }

  /// The amounts for all four axes, where they are given for some of them.
  private func spread(
    _ amounts: [Int], over axes: ConstantTensor?, _ reader: NodeReader
  ) throws -> [Int] {
    let given = axes.map { $0.integers ?? [] } ?? [0, 1, 2, 3]
    let places = given.map { $0 < 0 ? $0 + 4 : $0 }
    guard Set(places).count == places.count, places.allSatisfy((0..<4).contains),
      amounts.count == 2 * places.count
    else {
      throw reader.failure(
        "\(amounts.brief) does not fit axes \(given.brief)", attribute: "pads")
    }
    var pads = [Int](repeating: 0, count: 8)
    for (index, place) in places.enumerated() {
      pads[place] = amounts[index]
      pads[place + 4] = amounts[index + places.count]
    }
    return pads
  }
}
