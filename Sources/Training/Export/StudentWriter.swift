// SPDX-License-Identifier: Apache-2.0
import Quantize

/// Writes the layers of a student's plan as ONNX nodes: activations NCHW, weights OIHW.
struct StudentWriter {
  var builder: ONNXBuilder
  let plan: StudentPlan
  private let parameters: [Float]
  /// ONNX names of the plan's values.
  private var names: [Int: String] = [:]
  /// Constants that several nodes read: the limits of clips.
  private var shared: [UInt32: String] = [:]

  init(_ plan: StudentPlan, _ parameters: [Float], name: String) {
    self.plan = plan
    self.parameters = parameters
    builder = ONNXBuilder(name: name)
    let input = "input"
    builder.addInput(input, shape: [1, 3, plan.inputHeight, plan.inputWidth])
    names[plan.input] = input
  }

  /// Adds all layers; returns the name of the features, `[1, F]`.
  mutating func addBackbone() -> String {
    for (index, node) in plan.nodes.enumerated() { add(node, "layer\(index)") }
    return builder.addNode(
      "Flatten", name: "flatten", [names[plan.features] ?? ""], output: "features",
      [("axis", .integer(1))])
  }

  private mutating func add(_ node: StudentPlan.Node, _ output: String) {
    var value = names[node.inputs[0]] ?? ""
    // Readers see the clip's output.
    let name = node.limit == nil ? output : output + ".unclipped"
    switch node.operation {
    case .pointwise(let layer, _):
      let shape = [layer.outputs, layer.inputs, 1, 1]
      value = addConvolution(
        node, value, name, Array(parameters[node.weights]), shape,
        Self.attributes(kernel: (1, 1), stride: (1, 1), pads: (0, 0, 0, 0)))
    case .dense(let layer):
      let (window, outputs) = (layer.window, node.bias.count)
      let weights = Self.channelsFirst(
        parameters[node.weights], outputs: outputs, taps: window.taps, channels: window.channels)
      value = addConvolution(
        node, value, name, weights,
        [outputs, window.channels, window.kernel.0, window.kernel.1], Self.attributes(window))
    case .depthwise(let layer):
      let window = layer.window
      let weights = StudentPlan.transposed(
        Array(parameters[node.weights]), rows: window.taps, columns: window.channels)
      value = addConvolution(
        node, value, name, weights, [window.channels, 1, window.kernel.0, window.kernel.1],
        Self.attributes(window) + [("group", .integer(window.channels))])
    case .clipped: break
    case .add:
      let other = names[node.inputs[1]] ?? ""
      value = builder.addNode("Add", name: node.name, [value, other], output: name)
    case .globalPool:
      value = builder.addNode("GlobalAveragePool", name: node.name, [value], output: name)
    case .averagePool(let layer):
      let counts = ("count_include_pad", ONNXBuilder.Attribute.integer(layer.countsPadding ? 1 : 0))
      value = builder.addNode(
        "AveragePool", name: node.name, [value], output: name,
        Self.attributes(layer.window) + [counts])
    case .maxPool(let layer):
      value = builder.addNode(
        "MaxPool", name: node.name, [value], output: name, Self.attributes(layer.window))
    }
    if let limit = node.limit { value = addClip(value, limit, node.name, output) }
    names[node.output] = value
  }

  private mutating func addConvolution(
    _ node: StudentPlan.Node, _ input: String, _ output: String, _ weights: [Float],
    _ shape: [Int], _ attributes: [(name: String, value: ONNXBuilder.Attribute)]
  ) -> String {
    let weights = builder.addConstant(output + ".weights", weights, shape: shape)
    let bias = builder.addConstant(
      output + ".bias", Array(parameters[node.bias]), shape: [node.bias.count])
    return builder.addNode(
      "Conv", name: node.name, [input, weights, bias], output: output, attributes)
  }

  private mutating func addClip(
    _ input: String, _ limit: Float, _ node: String, _ output: String
  ) -> String {
    guard limit < .infinity else {
      return builder.addNode("Relu", name: node + ".relu", [input], output: output)
    }
    let bounds = [number(0), number(limit)]
    return builder.addNode("Clip", name: node + ".clip", [input] + bounds, output: output)
  }

  /// A scalar constant.
  mutating func number(_ value: Float) -> String {
    if let name = shared[value.bitPattern] { return name }
    let name = builder.addConstant("number\(shared.count)", [value], shape: [])
    shared[value.bitPattern] = name
    return name
  }

  // MARK: - Layouts

  private static func attributes(
    _ window: Window
  ) -> [(name: String, value: ONNXBuilder.Attribute)] {
    attributes(kernel: window.kernel, stride: window.stride, pads: window.pads)
  }

  private static func attributes(
    kernel: (Int, Int), stride: (Int, Int), pads: (Int, Int, Int, Int)
  ) -> [(name: String, value: ONNXBuilder.Attribute)] {
    [
      ("kernel_shape", .integers([kernel.0, kernel.1])),
      ("strides", .integers([stride.0, stride.1])),
      ("pads", .integers([pads.0, pads.1, pads.2, pads.3])),
    ]
  }

  /// `[outputs][taps][channels]` to `[outputs][channels][taps]`.
  private static func channelsFirst(
    _ weights: ArraySlice<Float>, outputs: Int, taps: Int, channels: Int
  ) -> [Float] {
    let count = taps * channels
    return (0..<outputs).flatMap { output in
      let start = weights.startIndex + output * count
      return StudentPlan.transposed(
        Array(weights[start..<start + count]), rows: taps, columns: channels)
    }
  }
}
