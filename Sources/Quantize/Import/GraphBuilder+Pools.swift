// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  mutating func readMaxPool(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    try reader.require("storage_order", is: 0)
    let (window, _) = try readPoolWindow(reader, input)
    try appendPool(reader, .maxPool(window), window, input)
  }

  mutating func readAveragePool(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    let countsPadding = try reader.integer("count_include_pad", default: 0) != 0
    let (window, isExtended) = try readPoolWindow(reader, input)
    guard window.dilationY == 1, window.dilationX == 1 else {
      throw reader.failure("a dilated average is not supported", attribute: "dilations")
    }
    // The rows that rounding up adds do not count, which a window cannot say.
    guard !(countsPadding && isExtended) else {
      throw reader.failure(
        "1 together with count_include_pad is not supported where it adds an output",
        attribute: "ceil_mode")
    }
    let hasPads = window.padTop + window.padLeft + window.padBottom + window.padRight > 0
    try appendPool(
      reader, .averagePool(window, countsPadding: countsPadding && hasPads), window, input)
  }

  private mutating func appendPool(
    _ reader: NodeReader, _ operation: FloatOperation, _ window: FloatWindow, _ input: Activation
  ) throws {
    let size = try outputSize(reader, window, input)
    let shape = Shape(height: size.height, width: size.width, channels: input.shape.channels)
    try append(
      reader, operation, inputs: [input], shape: shape,
      axes: [[], [.channel], [.height], [.width]])
  }

  /// The window, and whether it was extended at the bottom or the right to round the output up.
  private func readPoolWindow(
    _ reader: NodeReader, _ input: Activation
  ) throws -> (window: FloatWindow, isExtended: Bool) {
    guard let kernel = try reader.integers("kernel_shape") else {
      throw reader.failure("is missing", attribute: "kernel_shape", advice: "export again")
    }
    var window = try readWindow(reader, kernel: kernel, input: input.shape)
    // So no window lies wholly in the padding.
    let pads = [window.padTop, window.padLeft, window.padBottom, window.padRight]
    let isInside =
      max(window.padTop, window.padBottom) < window.kernelHeight
      && max(window.padLeft, window.padRight) < window.kernelWidth
      && (pads.allSatisfy { $0 == 0 }
        || (window.dilationY <= input.shape.height && window.dilationX <= input.shape.width))
    guard isInside else {
      throw reader.failure(
        "\(pads) is not supported for a kernel of \(kernel): a window would lie in the padding",
        attribute: "pads")
    }
    guard try reader.integer("ceil_mode", default: 0) != 0 else { return (window, false) }
    let before = window
    window.padBottom += Self.extension(
      length: input.shape.height, padBefore: window.padTop, padAfter: window.padBottom,
      span: window.dilationY * (window.kernelHeight - 1) + 1, stride: window.strideY)
    window.padRight += Self.extension(
      length: input.shape.width, padBefore: window.padLeft, padAfter: window.padRight,
      span: window.dilationX * (window.kernelWidth - 1) + 1, stride: window.strideX)
    return (window, window != before)
  }

  /// The padding that a rounded up number of outputs needs; an output that would begin in the
  /// padding after the picture is dropped.
  private static func `extension`(
    length: Int, padBefore: Int, padAfter: Int, span: Int, stride: Int
  ) -> Int {
    let rest = length + padBefore + padAfter - span
    guard rest >= 0, rest % stride != 0 else { return 0 }
    let last = (rest / stride + 1) * stride
    return last < length + padBefore ? last - rest : 0
  }

  // MARK: - Means

  mutating func readGlobalAveragePool(_ reader: NodeReader) throws {
    let input = try picture(reader, 0)
    try appendMean(reader, input, over: [2, 3], keepsAxes: true)
  }

  /// The mean over height, width or both. The axes are an attribute up to operator set 17 and an
  /// input from 18.
  mutating func readReduceMean(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let given = try constant(reader, 1)?.integers
    let axes = try given ?? reader.integers("axes") ?? []
    let rank = input.axes.count
    let places = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    if axes.isEmpty, try reader.integer("noop_with_empty_axes", default: 0) != 0 {
      return try define(reader, .activation(input))
    }
    guard !axes.isEmpty, places.allSatisfy((0..<rank).contains) else {
      throw reader.failure(
        "\(axes.brief) of shape \(input.dimensions.brief) is not supported (height and width are)",
        attribute: "axes")
    }
    let keepsAxes = try reader.integer("keepdims", default: 1) != 0
    try appendMean(reader, input, over: places, keepsAxes: keepsAxes)
  }

  private mutating func appendMean(
    _ reader: NodeReader, _ input: Activation, over places: Set<Int>, keepsAxes: Bool
  ) throws {
    let covered = places.flatMap { input.axes[$0] }
    guard !covered.contains(.channel) else {
      throw reader.failure(
        "\(places.sorted()) of shape \(input.dimensions.brief) includes the channels",
        attribute: "axes")
    }
    let axes: [[PixelAxis]] = input.axes.indices.compactMap { index in
      places.contains(index) ? (keepsAxes ? [] : nil) : input.axes[index]
    }
    guard !covered.isEmpty else {
      let same = Activation(value: input.value, shape: input.shape, axes: axes)
      return try define(reader, .activation(same))
    }
    let window = FloatWindow(
      kernelHeight: covered.contains(.height) ? input.shape.height : 1,
      kernelWidth: covered.contains(.width) ? input.shape.width : 1)
    let shape = Shape(
      height: input.shape.height / window.kernelHeight,
      width: input.shape.width / window.kernelWidth, channels: input.shape.channels)
    try append(
      reader, .averagePool(window, countsPadding: false), inputs: [input], shape: shape, axes: axes)
  }
}
