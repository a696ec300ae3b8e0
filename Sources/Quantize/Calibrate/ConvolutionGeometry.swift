// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Which input pixel each tap of a window reads.
struct ConvolutionGeometry: Sendable {
  let input: Shape
  let output: Shape
  let window: FloatWindow

  init(_ record: NodeRecord, input: TensorRecord, output: TensorRecord) {
    self.input = Shape(height: input.height, width: input.width, channels: input.channels)
    self.output = Shape(height: output.height, width: output.width, channels: output.channels)
    var window = FloatWindow(kernelHeight: record.kernelHeight, kernelWidth: record.kernelWidth)
    (window.strideY, window.strideX) = (record.strideY, record.strideX)
    (window.padTop, window.padLeft) = (record.padTop, record.padLeft)
    (window.padBottom, window.padRight) = (record.padBottom, record.padRight)
    (window.dilationY, window.dilationX) = (record.dilationY, record.dilationX)
    self.window = window
  }

  var taps: Int { window.kernelHeight * window.kernelWidth }
  var outputPixels: Int { output.height * output.width }

  /// The input pixel of a tap for an output pixel, counted along rows; nil in the padding.
  @inline(__always)
  func inputPixel(row: Int, column: Int, tap: Int) -> Int? {
    let (ky, kx) = (tap / window.kernelWidth, tap % window.kernelWidth)
    let y = row * window.strideY - window.padTop + ky * max(window.dilationY, 1)
    let x = column * window.strideX - window.padLeft + kx * max(window.dilationX, 1)
    guard y >= 0, y < input.height, x >= 0, x < input.width else { return nil }
    return y * input.width + x
  }
}
