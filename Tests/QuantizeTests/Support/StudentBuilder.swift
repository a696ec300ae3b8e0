// SPDX-License-Identifier: Apache-2.0
import Quantize

/// Builds float graphs with random weights, layer by layer.
struct StudentBuilder {
  private var values: [FloatGraph.Value]
  private var nodes: [FloatNode] = []
  private var random: TestRandom

  init(height: Int, width: Int, channels: Int = 3, seed: UInt64) {
    let shape = Shape(height: height, width: width, channels: channels)
    values = [FloatGraph.Value(name: "input", shape: shape)]
    random = TestRandom(fixed: seed)
  }

  func shape(_ value: Int) -> Shape { values[value].shape }

  /// Mutating so that an argument that appends layers is evaluated first.
  mutating func graph(output: Int) -> FloatGraph {
    FloatGraph(values: values, nodes: nodes, input: 0, output: output)
  }

  mutating func append(
    _ operation: FloatOperation, _ inputs: [Int], height: Int, width: Int, channels: Int
  ) -> Int {
    let name = "node\(nodes.count)"
    values.append(
      FloatGraph.Value(
        name: name, shape: Shape(height: height, width: width, channels: channels)))
    nodes.append(
      FloatNode(name: name, operation: operation, inputs: inputs, output: values.count - 1))
    return values.count - 1
  }

  /// `pads` are top, left, bottom, right.
  static func window(
    _ kernel: Int, stride: Int = 1, pads: [Int] = [0, 0, 0, 0], dilation: Int = 1
  ) -> FloatWindow {
    var window = FloatWindow(kernelHeight: kernel, kernelWidth: kernel)
    (window.strideY, window.strideX) = (stride, stride)
    (window.padTop, window.padLeft) = (pads[0], pads[1])
    (window.padBottom, window.padRight) = (pads[2], pads[3])
    (window.dilationY, window.dilationX) = (dilation, dilation)
    return window
  }

  /// Weights keep the deviation of what they are given; biases are a tenth of that.
  mutating func convolution(
    _ input: Int, _ outputs: Int, _ window: FloatWindow, groups: Int = 1
  ) -> Int {
    let inputs = shape(input).channels
    let length = window.kernelHeight * window.kernelWidth * inputs / groups
    let size = window.outputSize(of: shape(input)) ?? (0, 0)
    let convolution = FloatConvolution(
      window: window, groups: groups, inputChannels: inputs, outputChannels: outputs,
      weights: random.normal(outputs * length, deviation: (2 / Float(length)).squareRoot()),
      bias: random.normal(outputs, deviation: 0.1))
    return append(
      .convolution(convolution), [input], height: size.height, width: size.width,
      channels: outputs)
  }

  mutating func dense(_ input: Int, _ outputs: Int) -> Int {
    var window = FloatWindow(
      kernelHeight: shape(input).height, kernelWidth: shape(input).width)
    (window.strideY, window.strideX) = (1, 1)
    return convolution(input, outputs, window)
  }

  /// A normalization with channels of very different sizes.
  mutating func scaleShift(_ input: Int) -> Int {
    let channels = shape(input).channels
    let scale = (0..<channels).map { _ in Float.random(in: 0.1...2, using: &random) }
    return same(
      .scaleShift(scale: scale, shift: random.normal(channels, deviation: 0.3)), [input])
  }

  mutating func clamp(_ input: Int, _ lower: Float, _ upper: Float) -> Int {
    same(.clamp(lower: lower, upper: upper), [input])
  }

  mutating func relu(_ input: Int) -> Int { clamp(input, 0, .infinity) }

  mutating func add(_ first: Int, _ second: Int) -> Int { same(.add, [first, second]) }

  private mutating func same(_ operation: FloatOperation, _ inputs: [Int]) -> Int {
    let shape = shape(inputs[0])
    return append(
      operation, inputs, height: shape.height, width: shape.width, channels: shape.channels)
  }

  mutating func pool(_ input: Int, _ window: FloatWindow, average countsPadding: Bool?) -> Int {
    let size = window.outputSize(of: shape(input)) ?? (0, 0)
    let operation: FloatOperation =
      countsPadding.map { .averagePool(window, countsPadding: $0) } ?? .maxPool(window)
    return append(
      operation, [input], height: size.height, width: size.width,
      channels: shape(input).channels)
  }

  mutating func globalAverage(_ input: Int) -> Int {
    let window = FloatWindow(
      kernelHeight: shape(input).height, kernelWidth: shape(input).width)
    return pool(input, window, average: false)
  }

  mutating func pad(_ input: Int, _ pads: [Int], value: Float) -> Int {
    let shape = shape(input)
    return append(
      .pad(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3], value: value), [input],
      height: shape.height + pads[0] + pads[2], width: shape.width + pads[1] + pads[3],
      channels: shape.channels)
  }
}
