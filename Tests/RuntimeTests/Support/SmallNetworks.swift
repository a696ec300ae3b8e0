// SPDX-License-Identifier: Apache-2.0
@testable import Runtime

/// Random little networks, each with what it must compute.
struct SmallNetwork {
  var file: [UInt8]
  var input: [UInt8]
  /// The bytes of the network's output.
  var expected: [UInt8]
}

extension SmallNetwork {
  /// One convolution of random shape, then a fully connected layer to float32 scores.
  static func convolution(_ random: inout TestRandom) -> SmallNetwork {
    let groups = Int.random(in: 1...3, using: &random)
    let channels = groups * Int.random(in: 1...6, using: &random)
    let outputs = groups * Int.random(in: 1...20, using: &random)
    var plain = PlainConvolution(outputChannels: outputs, weights: [], bias: [], multiplier: [])
    plain.kernel = (Int.random(in: 1...3, using: &random), Int.random(in: 1...3, using: &random))
    plain.stride = (Int.random(in: 1...2, using: &random), Int.random(in: 1...2, using: &random))
    plain.dilation = (Int.random(in: 1...2, using: &random), Int.random(in: 1...2, using: &random))
    plain.pads = (
      Int.random(in: 0...2, using: &random), Int.random(in: 0...2, using: &random),
      Int.random(in: 0...2, using: &random), Int.random(in: 0...2, using: &random)
    )
    plain.groups = groups
    return make(plain, channels: channels, &random)
  }

  /// One depthwise convolution, 3x3 or 5x5, stride 1 or 2, then a fully connected layer.
  static func depthwise(_ random: inout TestRandom) -> SmallNetwork {
    let channels = Int.random(in: 2...40, using: &random)
    var plain = PlainConvolution(outputChannels: channels, weights: [], bias: [], multiplier: [])
    let size = Bool.random(using: &random) ? 3 : 5
    plain.kernel = (size, size)
    let stride = Int.random(in: 1...2, using: &random)
    plain.stride = (stride, stride)
    let pad = size / 2
    plain.pads = (pad, pad, pad, pad)
    plain.groups = channels
    plain.isDepthwise = true
    return make(plain, channels: channels, &random)
  }

  /// As `convolution`, its output an embedding that is compared with class rows.
  static func embedding(_ random: inout TestRandom) -> SmallNetwork {
    var plain = PlainConvolution(outputChannels: 4, weights: [], bias: [], multiplier: [])
    plain.kernel = (3, 3)
    let count = Int.random(in: 1...7, using: &random)
    let rows = (0..<count).map { _ in
      (0..<5).map { $0 == 0 ? Int8(99) : Int8.random(in: -128...127, using: &random) }
    }
    var classes = ModelBuilder.Classes(width: 5, rows: rows)
    classes.negativeCount = UInt32.random(in: 0..<UInt32(count), using: &random)
    if Bool.random(using: &random) {
      classes.method = UInt32.random(in: 1...2, using: &random)
      classes.temperature = [1, 0.01, 0x1p-20, 0x1p20].randomElement(using: &random)!
      classes.threshold = Float.random(in: 0...1, using: &random)
    }
    let offsets =
      Bool.random(using: &random)
      ? rows.map { _ in Float.random(in: -2...2, using: &random) } : nil
    return make(plain, channels: 2, &random, classes: classes, classOffsets: offsets)
  }

  private static func make(
    _ shape: PlainConvolution, channels: Int, _ random: inout TestRandom,
    classes: ModelBuilder.Classes? = nil, classOffsets: [Float]? = nil
  ) -> SmallNetwork {
    let (height, width) = (
      Int.random(in: 5...9, using: &random), Int.random(in: 5...9, using: &random)
    )
    let inputUpper = Bool.random(using: &random) ? 127 : 255
    let inputZero = Int.random(in: 0...inputUpper, using: &random)
    var first = shape
    fill(&first, channels: channels, zeroPoint: inputZero, &random)
    let (outHeight, outWidth) = first.outputSize(height, width)
    let hidden = outHeight * outWidth * first.outputChannels

    var second = PlainConvolution(outputChannels: 5, weights: [], bias: [], multiplier: [])
    second.kernel = (outHeight, outWidth)
    fill(&second, channels: first.outputChannels, zeroPoint: 64, &random)

    var builder = ModelBuilder()
    // The preprocessing needs one or three channels, so a lookup-free stem widens them: channels
    // other than those come from a pointwise convolution in front.
    builder.colourOrder = 2
    var stem = PlainConvolution(outputChannels: channels, weights: [], bias: [], multiplier: [])
    fill(&stem, channels: 1, zeroPoint: 3, &random)
    builder.tensors = [
      .init(height: height, width: width, channels: 1, upper: 255, zeroPoint: 3),
      .init(
        height: height, width: width, channels: channels, upper: UInt8(inputUpper),
        zeroPoint: Int32(inputZero)),
      .init(
        height: outHeight, width: outWidth, channels: first.outputChannels, zeroPoint: 64),
      .init(channels: 5, elementType: 1, upper: 0, scale: 1),
    ]
    var stemNode = stem.node(input: 0, output: 1, channels: 1, padValue: 3, inputUpper: 255)
    stemNode.upper = UInt8(inputUpper)
    var last = second.node(
      input: 2, output: 3, channels: first.outputChannels, padValue: 64, inputUpper: 127)
    (last.lower, last.upper) = (0, 0)
    builder.nodes = [
      stemNode,
      first.node(
        input: 1, output: 2, channels: channels, padValue: UInt8(inputZero),
        inputUpper: inputUpper), last,
    ]
    builder.labels = (0..<(classes?.rows.count ?? 5)).map {
      ["a", "b", "c", "d", "e", "f", "g"][$0]
    }
    builder.classes = classes
    builder.classOffsets = classOffsets

    let input = (0..<height * width).map { _ in UInt8.random(in: 0...255, using: &random) }
    let widened = zip(0..., stem.accumulate(input, (height, width, 1), padValue: 3)).map {
      requantize(
        $1, stem.multiplier[$0 % channels], zeroPoint: inputZero, upper: inputUpper)
    }
    let middle = zip(
      0..., first.accumulate(widened, (height, width, channels), padValue: UInt8(inputZero))
    ).map { requantize($1, first.multiplier[$0 % first.outputChannels], zeroPoint: 64) }
    precondition(middle.count == hidden)
    let scores = second.accumulate(
      middle, (outHeight, outWidth, first.outputChannels), padValue: 64)
    let expected = zip(0..., scores).flatMap {
      bytes((Float($1) * second.multiplier[$0]).bitPattern)
    }
    return SmallNetwork(file: builder.build(), input: input, expected: expected)
  }

  /// Random weights, extremes among them, and multipliers that spread the output over its range.
  static func fill(
    _ plain: inout PlainConvolution, channels: Int, zeroPoint: Int, _ random: inout TestRandom
  ) {
    let perOutput = plain.kernel.height * plain.kernel.width * (channels / plain.groups)
    for _ in 0..<plain.outputChannels {
      let row = (0..<perOutput).map { _ in
        Int8(
          [-127, 127, 0].randomElement(using: &random)!
            / Int.random(in: 1...9, using: &random))
      }
      plain.weights += row
      let sum = row.reduce(0) { $0 + Int32($1) }
      plain.bias.append(
        Int32.random(in: -2000...2000, using: &random) - Int32(zeroPoint) * sum)
      plain.multiplier.append(
        Float.random(in: 0.5...1.5, using: &random) / Float(60 * max(perOutput, 4)))
    }
  }
}
