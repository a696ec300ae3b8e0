// SPDX-License-Identifier: Apache-2.0
@testable import Runtime

/// A random network around one block that may run fused: a pointwise stem, a convolution that
/// widens (not always), a depthwise convolution, a pointwise one, an addition (not always), and a
/// fully connected layer, so that every byte of the block counts.
struct SmallBlock {
  var file: [UInt8]
  var input: [UInt8]
  /// Nodes that may run together.
  var fusedCount: Int

  private var builder = ModelBuilder()
  private var shape: (height: Int, width: Int, channels: Int)

  init(_ random: inout TestRandom) {
    shape = (Int.random(in: 1...40, using: &random), Int.random(in: 1...12, using: &random), 1)
    (file, input, fusedCount) = ([], [], 2)
    builder.colourOrder = 2
    builder.tensors = [.init(height: shape.height, width: shape.width, upper: 255, zeroPoint: 9)]
    input = (0..<shape.height * shape.width).map { _ in UInt8.random(in: 0...255, using: &random) }
    append(outputs: Int.random(in: 1...20, using: &random), kernel: 1, stride: 1, &random)
    let residual = shape
    if Bool.random(using: &random) {
      let kernel = [1, 3].randomElement(using: &random)!
      let stride = Int.random(in: 1...(kernel == 1 ? 1 : 2), using: &random)
      append(
        outputs: Int.random(in: 1...70, using: &random), kernel: kernel, stride: stride, &random)
      fusedCount += 1
    }
    append(
      outputs: nil, kernel: [3, 5, 4].randomElement(using: &random)!,
      stride: Int.random(in: 1...2, using: &random), &random)
    let adds = shape.height == residual.height && shape.width == residual.width
    let outputs = adds ? residual.channels : Int.random(in: 1...40, using: &random)
    append(outputs: outputs, kernel: 1, stride: 1, &random)
    if adds {
      appendAddition(to: 1)
      fusedCount += 1
    } else if fusedCount == 2 {
      // The stem is what widens.
      fusedCount = 3
    }
    appendScores(&random)
    builder.labels = (0..<6).map { "label \($0)" }
    file = builder.build()
  }

  /// A convolution with its tensor; depthwise where it says no number of outputs.
  private mutating func append(
    outputs: Int?, kernel: Int, stride: Int, _ random: inout TestRandom
  ) {
    var plain = PlainConvolution(
      outputChannels: outputs ?? shape.channels, weights: [], bias: [], multiplier: [])
    plain.isDepthwise = outputs == nil
    plain.groups = outputs == nil ? shape.channels : 1
    plain.kernel = (kernel, kernel)
    plain.stride = (stride, stride)
    // Where it does not fit without a border.
    let least = max(kernel - min(shape.height, shape.width), 0)
    let pad = max(kernel / 2, (least + 1) / 2)
    plain.pads = (pad, pad, pad, pad)
    let input = builder.tensors[builder.tensors.count - 1]
    SmallNetwork.fill(
      &plain, channels: shape.channels, zeroPoint: Int(input.zeroPoint), &random)
    let upper = [127, 255].randomElement(using: &random)!
    let (height, width) = plain.outputSize(shape.height, shape.width)
    var node = plain.node(
      input: UInt32(builder.tensors.count - 1), output: UInt32(builder.tensors.count),
      channels: shape.channels, padValue: UInt8(input.zeroPoint), inputUpper: Int(input.upper))
    node.upper = UInt8(upper)
    shape = (height, width, plain.outputChannels)
    builder.nodes.append(node)
    appendTensor(upper: upper, zeroPoint: upper / 2)
  }

  private mutating func appendTensor(upper: Int, zeroPoint: Int) {
    builder.tensors.append(
      .init(
        height: shape.height, width: shape.width, channels: shape.channels, upper: UInt8(upper),
        zeroPoint: Int32(zeroPoint)))
  }

  private mutating func appendAddition(to second: UInt32) {
    let last = UInt32(builder.tensors.count - 1)
    var node = ModelBuilder.Node(operation: 3, input: last, second: second, output: last + 1)
    (node.multiplier, node.secondMultiplier) = (0.7, 0.4)
    builder.nodes.append(node)
    appendTensor(upper: 127, zeroPoint: 50)
  }

  private mutating func appendScores(_ random: inout TestRandom) {
    var plain = PlainConvolution(outputChannels: 6, weights: [], bias: [], multiplier: [])
    plain.kernel = (shape.height, shape.width)
    let input = builder.tensors[builder.tensors.count - 1]
    SmallNetwork.fill(&plain, channels: shape.channels, zeroPoint: Int(input.zeroPoint), &random)
    let count = UInt32(builder.tensors.count)
    var node = plain.node(
      input: count - 1, output: count, channels: shape.channels,
      padValue: UInt8(input.zeroPoint), inputUpper: Int(input.upper))
    node.upper = 0
    builder.nodes.append(node)
    builder.tensors.append(.init(channels: 6, elementType: 1, upper: 0, scale: 1))
  }
}
