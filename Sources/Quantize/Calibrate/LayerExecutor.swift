// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Runs one int8 node on one picture, by the equations of docs/model-format.md.
///
/// It is what the quantizer measures with while the network is not complete, and it shares no code
/// with the runtime, so that each of them checks the other.
struct LayerExecutor: Sendable {
  enum Result: Sendable {
    case bytes([UInt8])
    case floats([Float])
  }

  let node: QuantizedNode
  let tensors: [TensorRecord]
  private let matrix: ConvolutionMatrix?

  init(node: QuantizedNode, tensors: [TensorRecord]) {
    self.node = node
    self.tensors = tensors
    matrix =
      node.record.operation == .convolution || node.record.operation == .depthwise
      ? ConvolutionMatrix(node, tensors: tensors) : nil
  }

  private var input: TensorRecord { tensors[node.record.input] }
  private var output: TensorRecord { tensors[node.record.output] }

  /// - Parameters:
  ///   - input: the first operand, NHWC.
  ///   - second: the second operand of an addition.
  func run(_ input: [UInt8], _ second: [UInt8] = []) -> Result {
    if let matrix {
      return requantized(matrix.accumulators(input))
    }
    switch node.record.operation {
    case .add: return .bytes(add(input, second))
    case .averagePool: return .bytes(averagePool(input))
    case .maxPool: return .bytes(maxPool(input))
    case .lookup: return .bytes(input.map { node.table[Int($0)] })
    case .pad, .convolution, .depthwise: return .bytes(pad(input))
    }
  }

  /// `clamp(roundHalfEven(value) + zeroPoint, lower, upper)`.
  @inline(__always)
  private func quantized(_ value: Float) -> UInt8 {
    let level = value.rounded(.toNearestOrEven) + Float(output.zeroPoint)
    return UInt8(min(max(level, Float(node.record.lower)), Float(node.record.upper)))
  }

  private func requantized(_ accumulators: [Int32]) -> Result {
    let channels = output.channels
    var real = [Float](repeating: 0, count: accumulators.count)
    for start in stride(from: 0, to: accumulators.count, by: channels) {
      for channel in 0..<channels {
        real[start + channel] = Float(accumulators[start + channel]) * node.multipliers[channel]
      }
    }
    guard output.elementType == .uint8 else { return .floats(real) }
    let (zero, lower) = (Float(output.zeroPoint), Float(node.record.lower))
    let upper = Float(node.record.upper)
    // Adding 1.5 * 2^23 rounds half to even; beyond, the clamp decides.
    let magic: Float = 12_582_912
    return .bytes(
      real.map {
        let value = $0 > 4096 ? 4096 : ($0 < -4096 ? -4096 : $0)
        let level = (value + magic) - magic + zero
        return UInt8(level < lower ? lower : (level > upper ? upper : level))
      })
  }

  private func add(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    let (zeroA, zeroB) = (Int32(input.zeroPoint), Int32(tensors[node.record.secondInput].zeroPoint))
    let (first, second) = (node.record.multiplier, node.record.secondMultiplier)
    return zip(a, b).map { a, b in
      let left = Float(Int32(a) - zeroA) * first
      let right = Float(Int32(b) - zeroB) * second
      return quantized(left + right)
    }
  }

  private func averagePool(_ values: [UInt8]) -> [UInt8] {
    let geometry = ConvolutionGeometry(node.record, input: input, output: output)
    let channels = input.channels
    let padded = node.record.countsPadding
    return pooled(geometry) { row, column, sums in
      var inside = 0
      for tap in 0..<geometry.taps {
        guard let pixel = geometry.inputPixel(row: row, column: column, tap: tap) else { continue }
        inside += 1
        for channel in 0..<channels {
          sums[channel] += Int32(values[pixel * channels + channel]) - Int32(input.zeroPoint)
        }
      }
      let divisor = Float(padded ? geometry.tapsInPadded(row: row, column: column) : inside)
      return sums.map { quantized(Float($0) * node.record.multiplier / divisor) }
    }
  }

  private func maxPool(_ values: [UInt8]) -> [UInt8] {
    let geometry = ConvolutionGeometry(node.record, input: input, output: output)
    let channels = input.channels
    return pooled(geometry) { row, column, largest in
      for tap in 0..<geometry.taps {
        guard let pixel = geometry.inputPixel(row: row, column: column, tap: tap) else { continue }
        for channel in 0..<channels {
          largest[channel] = max(largest[channel], Int32(values[pixel * channels + channel]))
        }
      }
      return largest.map {
        UInt8(min(max(Int($0), node.record.lower), node.record.upper))
      }
    }
  }

  private func pooled(
    _ geometry: ConvolutionGeometry, pixel: (Int, Int, inout [Int32]) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(output.elementCount)
    for row in 0..<geometry.output.height {
      for column in 0..<geometry.output.width {
        var state = [Int32](repeating: 0, count: input.channels)
        result += pixel(row, column, &state)
      }
    }
    return result
  }

  private func pad(_ values: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: UInt8(node.record.padValue), count: output.elementCount)
    let rowCount = input.width * input.channels
    for row in 0..<input.height {
      let start =
        ((row + node.record.padTop) * output.width + node.record.padLeft) * output.channels
      result.replaceSubrange(
        start..<start + rowCount, with: values[row * rowCount..<(row + 1) * rowCount])
    }
    return result
  }
}

extension ConvolutionGeometry {
  /// Taps of a window inside of the padded picture.
  func tapsInPadded(row: Int, column: Int) -> Int {
    let bottom = input.height + window.padTop + window.padBottom
    let right = input.width + window.padLeft + window.padRight
    let rows = min(window.kernelHeight, bottom - row * window.strideY)
    let columns = min(window.kernelWidth, right - column * window.strideX)
    return rows * columns
  }
}
