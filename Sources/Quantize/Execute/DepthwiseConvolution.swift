// SPDX-License-Identifier: Apache-2.0

/// A convolution with one filter for each channel, sixteen channels at a time.
struct DepthwiseConvolution: Sendable {
  private let input: Shape
  private let output: Shape
  private let kernelWidth: Int
  private let rows: TapRanges
  private let columns: TapRanges
  /// `[ceil(C / 16)][taps][16]`, zero beyond the channels.
  private let weights: [Float]
  /// `[ceil(C / 16)][16]`
  private let bias: [Float]
  private let taps: Int

  init(_ convolution: FloatConvolution, _ input: Shape, _ output: Shape) {
    let window = convolution.window
    let (channels, taps) = (input.channels, window.kernelHeight * window.kernelWidth)
    precondition(
      convolution.weights.count == channels * taps && convolution.bias.count == channels
        && output.channels == channels && convolution.inputChannels == channels)
    self.input = input
    self.output = output
    self.taps = taps
    kernelWidth = window.kernelWidth
    rows = .rows(window, input, output)
    columns = .columns(window, input, output)
    let blocks = (channels + 15) / 16
    var packed = [Float](repeating: 0, count: blocks * taps * 16)
    for channel in 0..<channels {
      for tap in 0..<taps {
        packed[(channel / 16 * taps + tap) * 16 + channel % 16] =
          convolution.weights[channel * taps + tap]
      }
    }
    weights = packed
    bias = convolution.bias + [Float](repeating: 0, count: blocks * 16 - channels)
  }

  func run(_ source: FloatSource, _ target: FloatTarget, threads: Int) {
    inParallel(output.height, threads: threads) { part in
      weights.withUnsafeBytes { weights in
        bias.withUnsafeBytes { bias in
          guard let weights = weights.baseAddress, let bias = bias.baseAddress else { return }
          for y in part {
            for block in 0..<(output.channels + 15) / 16 {
              runRow(
                source, target, y: y, block: block, weights + block * taps * 64,
                (bias + block * 64).loadUnaligned(as: SIMD16<Float>.self))
            }
          }
        }
      }
    }
  }

  /// Sixteen channels of one output row. Where fewer are left, the vectors run into the next pixel
  /// or the slack of the buffer, and only the real channels are stored.
  private func runRow(
    _ source: FloatSource, _ target: FloatTarget, y: Int, block: Int, _ weights: UnsafeRawPointer,
    _ bias: SIMD16<Float>
  ) {
    let channels = output.channels
    let lanes = min(16, channels - block * 16)
    let pixels = UnsafeRawPointer(source.base + block * 16)
    let pixelStride = channels * 4
    let tapStride = columns.dilation * pixelStride
    for x in 0..<output.width {
      var sum = bias
      let tapsX = columns.taps[x]
      for tapY in rows.taps[y] {
        let row = rows.starts[y] + tapY * rows.dilation
        let firstColumn = columns.starts[x] + tapsX.lowerBound * columns.dilation
        var pixel = pixels + (row * input.width + firstColumn) * pixelStride
        var weight = weights + (tapY * kernelWidth + tapsX.lowerBound) * 64
        for _ in tapsX {
          sum +=
            pixel.loadUnaligned(as: SIMD16<Float>.self)
            * weight.loadUnaligned(as: SIMD16<Float>.self)
          pixel += tapStride
          weight += 64
        }
      }
      let result = target.base + (y * output.width + x) * channels + block * 16
      if lanes == 16 {
        UnsafeMutableRawPointer(result).storeBytes(of: sum, as: SIMD16<Float>.self)
      } else {
        for lane in 0..<lanes { result[lane] = sum[lane] }
      }
    }
  }
}
