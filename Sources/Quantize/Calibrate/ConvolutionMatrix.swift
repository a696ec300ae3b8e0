// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The weights of an int8 convolution arranged for exact sums in single precision.
///
/// Products of bytes and their sums are whole numbers; below 2^24 every float32 sum of them is
/// exact, so the inputs are summed in parts that stay below and the parts are added in int32.
struct ConvolutionMatrix: Sendable {
  private static let lanes = 8
  private static let rows = 4

  private let geometry: ConvolutionGeometry
  private let isDepthwise: Bool
  private let groups: Int
  /// Inputs of one output: taps x input channels of a group.
  private let depth: Int
  private let groupOutputs: Int
  /// `[groups][ceil(outputs / 8)][depth][8]`; depthwise: `[taps][channels]`.
  private let weights: [Float]
  private let bias: [Int32]
  private let padValue: Float
  /// Inputs that are summed in single precision at once.
  private let part: Int

  init(_ node: QuantizedNode, tensors: [TensorRecord]) {
    let record = node.record
    let input = tensors[record.input]
    geometry = ConvolutionGeometry(record, input: input, output: tensors[record.output])
    isDepthwise = record.operation == .depthwise
    groups = record.groups
    depth = geometry.taps * (input.channels / groups)
    groupOutputs = geometry.output.channels / groups
    bias = node.bias
    padValue = Float(record.padValue)
    part = (1 << 24) / (127 * max(input.upper, 1))
    weights =
      isDepthwise
      ? Self.transposed(node.weights, taps: depth, channels: input.channels)
      : Self.packed(node.weights, groups: groups, outputs: groupOutputs, depth: depth)
  }

  private static func transposed(_ plain: [Int8], taps: Int, channels: Int) -> [Float] {
    var result = [Float](repeating: 0, count: plain.count)
    for channel in 0..<channels {
      for tap in 0..<taps {
        result[tap * channels + channel] = Float(plain[channel * taps + tap])
      }
    }
    return result
  }

  private static func packed(
    _ plain: [Int8], groups: Int, outputs: Int, depth: Int
  ) -> [Float] {
    let columns = (outputs + lanes - 1) / lanes
    var result = [Float](repeating: 0, count: groups * columns * depth * lanes)
    for group in 0..<groups {
      for output in 0..<outputs {
        let source = (group * outputs + output) * depth
        let base = (group * columns + output / lanes) * depth * lanes + output % lanes
        for k in 0..<depth { result[base + k * lanes] = Float(plain[source + k]) }
      }
    }
    return result
  }

  /// `bias[n] + sum(input * weight)`, `[pixels][channels]`.
  func accumulators(_ input: [UInt8]) -> [Int32] {
    let count = geometry.outputPixels * geometry.output.channels
    return [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.initialize(repeating: 0)
      input.withUnsafeBufferPointer { input in
        if isDepthwise {
          depthwise(input, into: buffer)
        } else {
          for group in 0..<groups { dense(input, group: group, into: buffer) }
        }
      }
      initialized = count
    }
  }

  private func depthwise(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<Int32>
  ) {
    let channels = geometry.input.channels
    var sums = [Float](repeating: 0, count: channels)
    for pixel in 0..<geometry.outputPixels {
      let target = pixel * channels
      for channel in 0..<channels { output[target + channel] = bias[channel] }
      for start in stride(from: 0, to: geometry.taps, by: part) {
        let taps = start..<min(start + part, geometry.taps)
        addTaps(taps, of: pixel, input, &sums)
        for channel in 0..<channels { output[target + channel] &+= Int32(sums[channel]) }
      }
    }
  }

  /// The sums of some taps of one output pixel of a depthwise convolution.
  private func addTaps(
    _ taps: Range<Int>, of pixel: Int, _ input: UnsafeBufferPointer<UInt8>, _ sums: inout [Float]
  ) {
    let channels = geometry.input.channels
    let (row, column) = (pixel / geometry.output.width, pixel % geometry.output.width)
    for channel in 0..<channels { sums[channel] = 0 }
    sums.withUnsafeMutableBufferPointer { sums in
      weights.withUnsafeBufferPointer { weights in
        for tap in taps {
          let filter = tap * channels
          if let source = geometry.inputPixel(row: row, column: column, tap: tap) {
            let base = source * channels
            for channel in 0..<channels {
              sums[channel] += Float(input[base + channel]) * weights[filter + channel]
            }
          } else {
            for channel in 0..<channels { sums[channel] += padValue * weights[filter + channel] }
          }
        }
      }
    }
  }

  private func dense(
    _ input: UnsafeBufferPointer<UInt8>, group: Int,
    into output: UnsafeMutableBufferPointer<Int32>
  ) {
    let rows = Self.rows
    var window = [Float](repeating: 0, count: rows * depth)
    for start in stride(from: 0, to: geometry.outputPixels, by: rows) {
      let valid = min(rows, geometry.outputPixels - start)
      for row in 0..<valid { gather(input, pixel: start + row, group: group, row: row, &window) }
      window.withUnsafeBufferPointer { window in
        weights.withUnsafeBufferPointer { weights in
          multiply(window, weights, group: group, pixel: start, valid: valid, into: output)
        }
      }
    }
  }

  /// The inputs of one output pixel, as floats, `[taps][channels]`.
  private func gather(
    _ input: UnsafeBufferPointer<UInt8>, pixel: Int, group: Int, row: Int, _ window: inout [Float]
  ) {
    let length = depth / geometry.taps
    let (y, x) = (pixel / geometry.output.width, pixel % geometry.output.width)
    window.withUnsafeMutableBufferPointer { window in
      for tap in 0..<geometry.taps {
        let target = row * depth + tap * length
        if let source = geometry.inputPixel(row: y, column: x, tap: tap) {
          let base = source * geometry.input.channels + group * length
          for i in 0..<length { window[target + i] = Float(input[base + i]) }
        } else {
          for i in 0..<length { window[target + i] = padValue }
        }
      }
    }
  }

  private func multiply(
    _ window: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>, group: Int,
    pixel: Int, valid: Int, into output: UnsafeMutableBufferPointer<Int32>
  ) {
    let lanes = Self.lanes
    let columns = (groupOutputs + lanes - 1) / lanes
    guard let rows = window.baseAddress, let base = weights.baseAddress else { return }
    for block in 0..<columns {
      let filter = base + (group * columns + block) * depth * lanes
      var total = (SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>(), SIMD8<Int32>())
      for start in stride(from: 0, to: depth, by: part) {
        let end = min(start + part, depth)
        let sums = Self.tile(rows, depth: depth, filter: filter, from: start, to: end)
        total.0 &+= SIMD8<Int32>(sums.0)
        total.1 &+= SIMD8<Int32>(sums.1)
        total.2 &+= SIMD8<Int32>(sums.2)
        total.3 &+= SIMD8<Int32>(sums.3)
      }
      let tiles = [total.0, total.1, total.2, total.3]
      let first = group * groupOutputs + block * lanes
      for row in 0..<valid {
        let target = (pixel + row) * geometry.output.channels + first
        for lane in 0..<min(lanes, groupOutputs - block * lanes) {
          output[target + lane] = bias[first + lane] &+ tiles[row][lane]
        }
      }
    }
  }

  /// Four pixels times eight outputs over the inputs `from..<to`.
  @inline(__always)
  private static func tile(
    _ rows: UnsafePointer<Float>, depth: Int, filter: UnsafePointer<Float>, from: Int, to: Int
  ) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    var (a, b) = (SIMD8<Float>(), SIMD8<Float>())
    var (c, d) = (SIMD8<Float>(), SIMD8<Float>())
    for k in from..<to {
      let weights = UnsafeRawPointer(filter + k * 8).loadUnaligned(as: SIMD8<Float>.self)
      a += weights * rows[k]
      b += weights * rows[depth + k]
      c += weights * rows[2 * depth + k]
      d += weights * rows[3 * depth + k]
    }
    return (a, b, c, d)
  }
}
