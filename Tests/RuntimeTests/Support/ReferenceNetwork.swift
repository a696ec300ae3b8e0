// SPDX-License-Identifier: Apache-2.0
@testable import Runtime

/// A convolution in the terms of its definition: OHWI weights, no blocks, no segments.
struct PlainConvolution {
  var kernel = (height: 1, width: 1)
  var stride = (y: 1, x: 1)
  /// top, left, bottom, right
  var pads = (0, 0, 0, 0)
  var dilation = (y: 1, x: 1)
  var groups = 1
  var outputChannels: Int
  /// `[outputChannels][kernelHeight][kernelWidth][inputChannels / groups]`
  var weights: [Int8]
  /// The zero-point correction is in it.
  var bias: [Int32]
  var multiplier: [Float]
  var isDepthwise = false

  func outputSize(_ height: Int, _ width: Int) -> (Int, Int) {
    (
      (height + pads.0 + pads.2 - dilation.y * (kernel.height - 1) - 1) / stride.y + 1,
      (width + pads.1 + pads.3 - dilation.x * (kernel.width - 1) - 1) / stride.x + 1
    )
  }

  /// Accumulators `[height][width][outputChannels]` of the output.
  func accumulate(_ input: [UInt8], _ shape: (Int, Int, Int), padValue: UInt8) -> [Int32] {
    let (height, width, channels) = shape
    let (outputHeight, outputWidth) = outputSize(height, width)
    let perGroup = channels / groups
    let outputsPerGroup = outputChannels / groups
    var result: [Int32] = []
    for y in 0..<outputHeight {
      for x in 0..<outputWidth {
        for n in 0..<outputChannels {
          var acc = bias[n]
          for ky in 0..<kernel.height {
            for kx in 0..<kernel.width {
              let row = y * stride.y + ky * dilation.y - pads.0
              let column = x * stride.x + kx * dilation.x - pads.1
              let inside = (0..<height).contains(row) && (0..<width).contains(column)
              for c in 0..<perGroup {
                let channel = n / outputsPerGroup * perGroup + c
                let value = inside ? input[(row * width + column) * channels + channel] : padValue
                let tap = ((n * kernel.height + ky) * kernel.width + kx) * perGroup + c
                acc += Int32(value) * Int32(weights[tap])
              }
            }
          }
          result.append(acc)
        }
      }
    }
    return result
  }

  /// The node of a model file that computes it.
  func node(input: UInt32, output: UInt32, channels: Int, padValue: UInt8, inputUpper: Int)
    -> ModelBuilder.Node
  {
    var node = ModelBuilder.Node(operation: isDepthwise ? 2 : 1, input: input, output: output)
    node.window = [
      kernel.height, kernel.width, stride.y, stride.x, pads.0, pads.1, pads.2, pads.3, dilation.y,
      dilation.x,
    ].map(UInt16.init)
    node.groups = UInt32(groups)
    node.padValue = padValue
    let perGroup = isDepthwise ? channels : outputChannels / groups
    let blocks = (perGroup + 15) / 16
    let layouts = isDepthwise ? 1 : groups
    node.bias = Array(repeating: 0, count: layouts * blocks * 16)
    node.multipliers = Array(repeating: 0, count: layouts * blocks * 16)
    for n in 0..<outputChannels {
      let entry = n / perGroup * blocks * 16 + n % perGroup
      node.bias[entry] = bias[n]
      node.multipliers[entry] = multiplier[n]
    }
    node.weights = isDepthwise ? depthwiseLayout(blocks) : blockLayout(blocks, channels / groups)
    if !isDepthwise {
      let blockBytes = node.weights.count / (groups * blocks)
      node.proof = (0..<groups * blocks).map { block in
        node.weights.withUnsafeBufferPointer {
          WeightProof.strongest(
            $0.baseAddress! + block * blockBytes, byteCount: blockBytes, inputUpper: inputUpper
          ).rawValue
        }
      }
    }
    return node
  }

  /// `[groups][B][segments][K / 4][16][4]`
  private func blockLayout(_ blocks: Int, _ perGroup: Int) -> [Int8] {
    let runs = groups == 1 && dilation.x == 1
    let segments = runs ? kernel.height : kernel.height * kernel.width
    let length = runs ? kernel.width * perGroup : perGroup
    let padded = (length + 7) / 8 * 8
    let outputs = outputChannels / groups
    var layout = [Int8](repeating: 0, count: groups * blocks * segments * padded * 16)
    for n in 0..<outputChannels {
      let (group, channel) = (n / outputs, n % outputs)
      for segment in 0..<segments {
        for k in 0..<length {
          let block = (group * blocks + channel / 16) * segments + segment
          let place = (block * (padded / 4) + k / 4) * 64 + channel % 16 * 4 + k % 4
          layout[place] = weights[(n * segments + segment) * length + k]
        }
      }
    }
    return layout
  }

  /// `[blocks][taps][16]`
  private func depthwiseLayout(_ blocks: Int) -> [Int8] {
    let taps = kernel.height * kernel.width
    var layout = [Int8](repeating: 0, count: blocks * taps * 16)
    for channel in 0..<outputChannels {
      for tap in 0..<taps {
        layout[(channel / 16 * taps + tap) * 16 + channel % 16] = weights[channel * taps + tap]
      }
    }
    return layout
  }
}

/// `clamp(roundHalfEven(float(acc) * multiplier) + zeroPoint, lower, upper)`
func requantize(
  _ acc: Int32, _ multiplier: Float, zeroPoint: Int, lower: Int = 0, upper: Int = 127
) -> UInt8 {
  let rounded = Int((Float(acc) * multiplier).rounded(.toNearestOrEven))
  return UInt8(min(max(rounded + zeroPoint, lower), upper))
}
