// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Makes the int8 form of one node, but for the bias correction of convolutions.
struct NodeQuantizer {
  let graph: FusedGraph
  let activations: [Int: ActivationQuantization]
  /// The tensor of a value in the file.
  let tensorOf: [Int: Int]
  let tensors: [TensorRecord]

  /// - Throws: `QuantizationError.notFiniteWeights`.
  static func checkWeights(of graph: FusedGraph) throws {
    for node in graph.nodes {
      guard case .convolution(let convolution) = node.operation else { continue }
      guard (convolution.weights + convolution.bias).allSatisfy(\.isFinite) else {
        throw QuantizationError.notFiniteWeights(node: node.name)
      }
    }
  }

  /// - Throws: `QuantizationError.unsupported`.
  func quantize(_ node: FusedGraph.Node) throws -> QuantizedNode {
    var result: QuantizedNode
    switch node.operation {
    case .convolution(let convolution):
      result = base(node, convolution.runsDepthwise ? .depthwise : .convolution)
      set(convolution.window, of: &result.record)
      result.record.groups = convolution.groups
      result.record.padValue = tensors[result.record.input].zeroPoint
    case .add:
      result = base(node, .add)
      result.record.multiplier = scaleRatio(result.record.input, result.record.output)
      result.record.secondMultiplier = scaleRatio(result.record.secondInput, result.record.output)
    case .averagePool(let window, let countsPadding):
      result = base(node, .averagePool)
      set(window, of: &result.record)
      try check(window, name: node.name)
      result.record.countsPadding = countsPadding
      result.record.multiplier = scaleRatio(result.record.input, result.record.output)
    case .maxPool(let window):
      result = base(node, .maxPool)
      try check(window, name: node.name)
      set(window, of: &result.record)
    case .pad(let top, let left, let bottom, let right, let value):
      result = base(node, .pad)
      (result.record.padTop, result.record.padLeft) = (top, left)
      (result.record.padBottom, result.record.padRight) = (bottom, right)
      result.record.padValue = activation(node.output).level(value)
    case .clamp(let lower, let upper):
      result = base(node, .lookup)
      result.table = table(node) { min(max($0, lower), upper) }
    case .scaleShift:
      throw QuantizationError.unsupported(
        node: node.name, reason: "a scale and shift was left behind by the optimizer")
    }
    return result
  }

  private func check(_ window: FloatWindow, name: String) throws {
    guard window.dilationY == 1, window.dilationX == 1 else {
      throw QuantizationError.unsupported(
        node: name, reason: "a pool with dilation has no int8 form")
    }
  }

  private func activation(_ value: Int) -> ActivationQuantization {
    activations[value]
      ?? ActivationQuantization(upper: 0, scale: 1, zeroPoint: 0, ratios: [])
  }

  /// The node with its tensors and its clamp.
  private func base(_ node: FusedGraph.Node, _ operation: Operator) -> QuantizedNode {
    var record = NodeRecord(
      operation: operation, input: tensorOf[node.inputs[0]] ?? 0,
      output: tensorOf[node.output] ?? 0)
    if node.inputs.count > 1 { record.secondInput = tensorOf[node.inputs[1]] ?? 0 }
    let output = tensors[record.output]
    if output.elementType == .uint8 {
      let storage = activation(node.output)
      record.lower = node.lower > -.infinity ? storage.level(node.lower) : 0
      record.upper = node.upper < .infinity ? storage.level(node.upper) : storage.upper
    }
    return QuantizedNode(name: PrintableText.of(node.name), record: record)
  }

  private func set(_ window: FloatWindow, of record: inout NodeRecord) {
    (record.kernelHeight, record.kernelWidth) = (window.kernelHeight, window.kernelWidth)
    (record.strideY, record.strideX) = (window.strideY, window.strideX)
    (record.padTop, record.padLeft) = (window.padTop, window.padLeft)
    (record.padBottom, record.padRight) = (window.padBottom, window.padRight)
    (record.dilationY, record.dilationX) = (window.dilationY, window.dilationX)
  }

  private func scaleRatio(_ input: Int, _ output: Int) -> Float {
    tensors[input].scale / tensors[output].scale
  }

  /// `q = table[q]` for any function of one element; half to even.
  private func table(_ node: FusedGraph.Node, _ function: (Float) -> Float) -> [UInt8] {
    let (input, output) = (activation(node.inputs[0]), activation(node.output))
    return (0..<256).map { UInt8(output.level(function(input.value($0)))) }
  }
}

extension FloatConvolution {
  /// Whether the file's depthwise operator, which knows no dilation, can do it.
  var runsDepthwise: Bool { isDepthwise && window.dilationY == 1 && window.dilationX == 1 }
}
