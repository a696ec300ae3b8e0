// SPDX-License-Identifier: Apache-2.0

/// One node of a float graph, ready to run.
struct FloatKernel: Sendable {
  private let operation: FloatOperation
  private let input: Shape
  private let output: Shape
  private let product: FloatProduct?

  init(_ node: FloatNode, _ graph: FloatGraph) {
    operation = node.operation
    input = graph.values[node.inputs[0]].shape
    output = graph.values[node.output].shape
    if case .convolution(let convolution) = node.operation, !convolution.isDepthwise {
      product = FloatProduct(convolution)
    } else {
      product = nil
    }
  }

  /// The output for NHWC inputs.
  func run(_ inputs: [[Float]], threads: Int) -> [Float] {
    let first = inputs[0]
    switch operation {
    case .convolution(let convolution):
      if let product {
        return FloatConvolutionKernel(convolution, product, input, output)
          .run(first, threads: threads)
      }
      return FloatDepthwiseKernel(convolution, input, output).run(first, threads: threads)
    case .scaleShift(let scale, let shift):
      var channel = 0
      return first.map { value in
        defer { channel = channel + 1 == scale.count ? 0 : channel + 1 }
        return value * scale[channel] + shift[channel]
      }
    case .clamp(let lower, let upper):
      return first.map { min(max($0, lower), upper) }
    case .add:
      let second = inputs[1]
      return first.indices.map { first[$0] + second[$0] }
    case .averagePool(let window, let countsPadding):
      return pool(first, window, threads) { taps in
        average(taps, window, countsPadding: countsPadding)
      }
    case .maxPool(let window):
      return pool(first, window, threads) { taps in maximum(taps) }
    case .pad(let top, let left, _, _, let value):
      return pad(first, top: top, left: left, value: value)
    }
  }

  // MARK: - Pools

  /// The taps of one output pixel that lie inside the picture.
  private struct Taps {
    var y: Int
    var x: Int
    var rows: Range<Int>
    var columns: Range<Int>
    var channel: Int
    var values: UnsafeBufferPointer<Float>
  }

  private func pool(
    _ values: [Float], _ window: FloatWindow, _ threads: Int,
    _ reduce: @Sendable (Taps) -> Float
  ) -> [Float] {
    rows(of: values, threads) { source, y, target in
      let top = y * window.strideY - window.padTop
      let rows = max(top, 0)..<min(top + window.kernelHeight, input.height)
      for x in 0..<output.width {
        let left = x * window.strideX - window.padLeft
        let columns = max(left, 0)..<min(left + window.kernelWidth, input.width)
        for channel in 0..<output.channels {
          target[x * output.channels + channel] = reduce(
            Taps(
              y: y, x: x, rows: rows, columns: columns, channel: channel, values: source))
        }
      }
    }
  }

  private func average(_ taps: Taps, _ window: FloatWindow, countsPadding: Bool) -> Float {
    var sum: Float = 0
    for row in taps.rows {
      for column in taps.columns {
        sum += taps.values[(row * input.width + column) * input.channels + taps.channel]
      }
    }
    guard countsPadding else { return sum / Float(taps.rows.count * taps.columns.count) }
    let top = taps.y * window.strideY - window.padTop
    let left = taps.x * window.strideX - window.padLeft
    let height = min(top + window.kernelHeight, input.height + window.padBottom) - top
    let width = min(left + window.kernelWidth, input.width + window.padRight) - left
    return sum / Float(height * width)
  }

  private func maximum(_ taps: Taps) -> Float {
    var best = -Float.infinity
    for row in taps.rows {
      for column in taps.columns {
        best = max(
          best, taps.values[(row * input.width + column) * input.channels + taps.channel])
      }
    }
    return best
  }

  private func pad(_ values: [Float], top: Int, left: Int, value: Float) -> [Float] {
    var result = [Float](repeating: value, count: output.count)
    let row = input.width * input.channels
    for y in 0..<input.height {
      let start = ((y + top) * output.width + left) * output.channels
      result.replaceSubrange(start..<start + row, with: values[y * row..<(y + 1) * row])
    }
    return result
  }

  /// Fills the output row by row, rows shared among threads.
  private func rows(
    of values: [Float], _ threads: Int,
    _ fill: @Sendable (UnsafeBufferPointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    let rowCount = output.width * output.channels
    return fillFloats(count: output.count) { target in
      values.withUnsafeBufferPointer { source in
        let shared = SharedFloats(source: source, target: target)
        inParallel(output.height, threads: threads) { part in
          for y in part { fill(shared.source, y, shared.target + y * rowCount) }
        }
      }
    }
  }
}

/// Buffers that several threads use, each its own part of `target`.
struct SharedFloats: @unchecked Sendable {
  let source: UnsafeBufferPointer<Float>
  let target: UnsafeMutablePointer<Float>
}

/// A new array whose elements `fill` sets, every one of them.
func fillFloats(count: Int, _ fill: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
  [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
    buffer.initialize(repeating: 0)
    if let base = buffer.baseAddress { fill(base) }
    initialized = count
  }
}
