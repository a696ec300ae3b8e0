// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

@testable import Training

/// The vector kernels against the plain loops of the definition, in binary64.
@Suite("Depthwise convolutions against their definition")
struct LayerDepthwiseTests {
  struct Form: Sendable, CustomTestStringConvertible {
    var size: (Int, Int)
    var channels: Int
    var kernel: (Int, Int)
    var stride = (1, 1)
    var pads = (0, 0, 0, 0)
    var testDescription: String { "\(size) c\(channels) k\(kernel) s\(stride) p\(pads)" }
  }

  /// Around the sixteen lanes, around the four pixels of a tile, windows larger than the picture.
  static let forms: [Form] =
    [1, 15, 16, 17, 37].map {
      Form(size: (6, 7), channels: $0, kernel: (3, 3), pads: (1, 1, 1, 1))
    }
    + [1, 3, 4, 5].map { Form(size: ($0, $0), channels: 16, kernel: (5, 5), pads: (2, 2, 2, 2)) }
    + [
      Form(size: (9, 8), channels: 32, kernel: (3, 3), stride: (2, 2), pads: (0, 0, 1, 1)),
      Form(size: (9, 9), channels: 33, kernel: (5, 5), stride: (2, 2), pads: (1, 1, 2, 2)),
      Form(size: (8, 9), channels: 16, kernel: (7, 7), stride: (1, 1), pads: (3, 3, 3, 3)),
      Form(size: (7, 9), channels: 18, kernel: (2, 4), stride: (3, 2), pads: (1, 0, 0, 3)),
      Form(size: (5, 5), channels: 16, kernel: (1, 1), stride: (2, 2)),
      Form(size: (4, 4), channels: 16, kernel: (2, 2), pads: (3, 3, 3, 3)),
    ]

  private struct Expected {
    var y: [Double]
    var dx: [Double]
    var dw: [Double]
    var db: [Double]
  }

  private func expected(
    _ window: Window, _ x: [Float], _ w: [Float], _ bias: [Float], _ dy: [Float]
  ) -> Expected {
    let channels = window.channels
    var result = Expected(
      y: dy.indices.map { Double(bias[$0 % channels]) },
      dx: x.map { _ in 0 }, dw: w.map { _ in 0 }, db: bias.map { _ in 0 })
    for out in dy.indices {
      let (pixel, channel) = (out / channels, out % channels)
      let gradient = Double(dy[out])
      result.db[channel] += gradient
      for tap in 0..<window.taps {
        let row = pixel / window.outputWidth * window.stride.0 - window.pads.0
        let column = pixel % window.outputWidth * window.stride.1 - window.pads.1
        let (iy, ix) = (row + tap / window.kernel.1, column + tap % window.kernel.1)
        guard (0..<window.inputHeight).contains(iy), (0..<window.inputWidth).contains(ix) else {
          continue
        }
        let (place, weight) = (
          (iy * window.inputWidth + ix) * channels + channel, tap * channels + channel
        )
        result.y[out] += Double(x[place]) * Double(w[weight])
        result.dx[place] += gradient * Double(w[weight])
        result.dw[weight] += gradient * Double(x[place])
      }
    }
    return result
  }

  /// Sums of at most some hundred products of numbers within one, in float32.
  private func isClose(_ found: [Float], _ expected: [Double]) -> Bool {
    zip(found, expected).allSatisfy { abs(Double($0) - $1) < 2e-5 }
  }

  @Test("outputs and all gradients", arguments: forms)
  func grid(form: Form) {
    let window = Window(
      inputHeight: form.size.0, inputWidth: form.size.1, channels: form.channels,
      kernel: form.kernel, stride: form.stride, pads: form.pads)
    let layer = DepthwiseConvolution(window)
    var generator = SeededGenerator(seed: 3)
    func random(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }
    let (x, w) = (random(window.inputCount), random(window.taps * form.channels))
    let (bias, dy) = (random(form.channels), random(window.outputPixels * form.channels))
    var (y, dx) = (dy, x)
    var (dw, db) = (w.map { _ in Float(0) }, bias.map { _ in Float(0) })
    let expected = expected(window, x, w, bias, dy)
    layer.forward(x, weights: w, bias: bias, count: 1, into: &y)
    #expect(isClose(y, expected.y))
    layer.forward(x, weights: w, bias: bias, count: 1, limit: 0.5, into: &y)
    #expect(isClose(y, expected.y.map { min(max($0, 0), 0.5) }))
    layer.backward(dy, weights: w, count: 1, intoInput: &dx)
    #expect(isClose(dx, expected.dx))
    layer.backward(dy, x: x, count: 1, addingToWeights: &dw, bias: &db)
    #expect(isClose(dw, expected.dw) && isClose(db, expected.db))
  }

  @Test("the gradient of a clip may overwrite itself", arguments: [1, 15, 16, 17, 40])
  func clipInPlace(count: Int) {
    let y = (0..<count).map { Float($0 % 8) }
    var dy = (0..<count).map { Float($0) + 1 }
    let expected = dy.indices.map { y[$0] > 0 && y[$0] < 6 ? dy[$0] : 0 }
    dy.withUnsafeMutableBufferPointer { dy in
      guard let base = dy.baseAddress else { return }
      ClippedLinear.relu6.backward(base, y: y, count: count, into: base)
    }
    #expect(dy == expected)
  }
}
