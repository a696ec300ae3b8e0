// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantize
@testable import Training

/// Gradients against central differences of the loss `sum(y * dy)`. float32 leaves about three
/// digits of a difference, hence the tolerance.
@Suite("Gradients against finite differences")
struct GradientTests {
  private static let tolerance: Float = 0.02
  private static let step: Float = 0.01

  private func random(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// The central difference of `loss` along each element.
  private func differences(_ values: [Float], _ loss: ([Float]) -> Double) -> [Float] {
    values.indices.map { index in
      var (above, below) = (values, values)
      above[index] += Self.step
      below[index] -= Self.step
      return Float((loss(above) - loss(below)) / Double(2 * Self.step))
    }
  }

  private func product(_ lhs: [Float], _ rhs: [Float]) -> Double {
    zip(lhs, rhs).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  @Test func ofConvolutions() {
    var generator = SeededGenerator(seed: 7)
    let window = Window(
      inputHeight: 4, inputWidth: 5, channels: 2, kernel: (3, 2), stride: (2, 1),
      pads: (1, 0, 0, 1))
    let layer = Convolution(window, outputs: 3)
    let x = random(window.inputCount, &generator)
    let w = random(3 * window.taps * 2, &generator)
    let dy = random(window.outputPixels * 3, &generator)
    var scratch = [Float](repeating: 0, count: layer.scratchCount)
    func loss(_ x: [Float], _ w: [Float]) -> Double {
      var y = [Float](repeating: 0, count: dy.count)
      var scratch = scratch
      layer.forward(x, weights: w, bias: nil, count: 1, scratch: &scratch, into: &y)
      return product(y, dy)
    }
    var (dx, dw) = ([Float](repeating: 0, count: x.count), [Float](repeating: 0, count: w.count))
    layer.backward(dy, weights: w, count: 1, scratch: &scratch, intoInput: &dx)
    layer.backward(dy, x: x, count: 1, scratch: &scratch, addingToWeights: &dw, bias: nil)
    #expect(relativeError(dx, differences(x) { loss($0, w) }) < Self.tolerance)
    #expect(relativeError(dw, differences(w) { loss(x, $0) }) < Self.tolerance)
  }

  @Test func ofDepthwiseConvolutions() {
    var generator = SeededGenerator(seed: 7)
    let window = Window(
      inputHeight: 5, inputWidth: 4, channels: 3, kernel: (3, 3), stride: (1, 2),
      pads: (1, 1, 1, 0))
    let layer = DepthwiseConvolution(window)
    let x = random(2 * window.inputCount, &generator)
    let w = random(window.taps * 3, &generator)
    let dy = random(2 * window.outputPixels * 3, &generator)
    func loss(_ x: [Float], _ w: [Float]) -> Double {
      var y = [Float](repeating: 0, count: dy.count)
      layer.forward(x, weights: w, bias: nil, count: 2, into: &y)
      return product(y, dy)
    }
    var (dx, dw) = ([Float](repeating: 0, count: x.count), [Float](repeating: 0, count: w.count))
    layer.backward(dy, weights: w, count: 2, intoInput: &dx)
    layer.backward(dy, x: x, count: 2, addingToWeights: &dw, bias: nil)
    #expect(relativeError(dx, differences(x) { loss($0, w) }) < Self.tolerance)
    #expect(relativeError(dw, differences(w) { loss(x, $0) }) < Self.tolerance)
  }

  @Test func ofBatchNormalization() {
    var generator = SeededGenerator(seed: 7)
    let layer = BatchNormalization(channels: 2)
    let (x, dy) = (random(12, &generator), random(12, &generator))
    let (scale, shift) = (random(2, &generator), random(2, &generator))
    func run(_ x: [Float]) -> (y: [Float], statistics: BatchNormalization.Statistics) {
      var (y, mean) = ([Float](repeating: 0, count: 12), [Float](repeating: 0, count: 2))
      var variance = mean
      let statistics = layer.forward(
        x, rows: 6, scale: scale, shift: shift, into: &y, runningMean: &mean,
        runningVariance: &variance)
      return (y, statistics)
    }
    var (dx, dScale) = ([Float](repeating: 0, count: 12), [Float](repeating: 0, count: 2))
    var dShift = dScale
    layer.backward(
      dy, x: x, rows: 6, run(x).statistics, scale: scale, isFrozen: false, into: &dx,
      scale: &dScale, shift: &dShift)
    #expect(relativeError(dx, differences(x) { product(run($0).y, dy) }) < Self.tolerance)
  }

  @Test func ofTheUnitNorm() {
    var generator = SeededGenerator(seed: 7)
    let layer = UnitNorm(width: 5)
    let x = random(15, &generator).map { $0 + ($0 < 0 ? -0.5 : 0.5) }
    let dy = random(15, &generator)
    func run(_ x: [Float]) -> (y: [Float], norms: [Float]) {
      var (y, norms) = ([Float](repeating: 0, count: 15), [Float](repeating: 0, count: 3))
      layer.forward(x, rows: 3, into: &y, norms: &norms)
      return (y, norms)
    }
    let (y, norms) = run(x)
    var dx = [Float](repeating: 0, count: 15)
    layer.backward(dy, y: y, norms: norms, rows: 3, into: &dx)
    #expect(relativeError(dx, differences(x) { product(run($0).y, dy) }) < Self.tolerance)
  }

  @Test func ofBatchNormalizationsParameters() {
    var generator = SeededGenerator(seed: 7)
    let layer = BatchNormalization(channels: 2)
    let (x, dy) = (random(12, &generator), random(12, &generator))
    let (scale, shift) = (random(2, &generator), random(2, &generator))
    let statistics = layer.frozen(mean: [0.3, -0.2], variance: [0.5, 2])
    func loss(_ x: [Float], _ scale: [Float], _ shift: [Float]) -> Double {
      var y = [Float](repeating: 0, count: 12)
      layer.apply(x, rows: 6, statistics, scale: scale, shift: shift, into: &y)
      return product(y, dy)
    }
    var (dx, dScale) = ([Float](repeating: 0, count: 12), [Float](repeating: 0, count: 2))
    var dShift = dScale
    layer.backward(
      dy, x: x, rows: 6, statistics, scale: scale, isFrozen: true, into: &dx, scale: &dScale,
      shift: &dShift)
    #expect(relativeError(dx, differences(x) { loss($0, scale, shift) }) < Self.tolerance)
    #expect(relativeError(dScale, differences(scale) { loss(x, $0, shift) }) < Self.tolerance)
    #expect(relativeError(dShift, differences(shift) { loss(x, scale, $0) }) < Self.tolerance)
  }

  /// No two inputs are nearer than ten steps, so that no step changes which of them wins.
  @Test func ofMaximumPools() {
    var generator = SeededGenerator(seed: 7)
    let layer = MaxPool(
      Window(
        inputHeight: 5, inputWidth: 4, channels: 3, kernel: (3, 2), stride: (2, 1),
        pads: (1, 0, 0, 1)))
    let x = (0..<60).shuffled(using: &generator).map { Float($0) * 10 * Self.step }
    let dy = random(layer.outputCount, &generator)
    var winners = [Int32](repeating: 0, count: dy.count)
    func loss(_ x: [Float]) -> Double {
      var y = [Float](repeating: 0, count: dy.count)
      layer.forward(x, count: 1, into: &y, winners: &winners)
      return product(y, dy)
    }
    _ = loss(x)
    var dx = [Float](repeating: 9, count: 60)
    layer.backward(dy, winners: winners, count: 1, into: &dx)
    #expect(relativeError(dx, differences(x, loss)) < Self.tolerance)
  }

  @Test func ofTheGlobalPoolAndReLU6() {
    var generator = SeededGenerator(seed: 7)
    // No input lies nearer than a step to 0 or 6, where there is no derivative.
    let x = (0..<24).shuffled(using: &generator).map { Float($0) * 0.5 - 3.25 }
    let dy = random(6, &generator)
    let pool = GlobalAveragePool(pixels: 4, channels: 3)
    func run(_ x: [Float]) -> (clipped: [Float], pooled: [Float]) {
      var (y, pooled) = (x, [Float](repeating: 0, count: 6))
      ClippedLinear.relu6.forward(x, count: 24, into: &y)
      pool.forward(y, count: 2, into: &pooled)
      return (y, pooled)
    }
    var (gradient, dx) = (x, x)
    pool.backward(dy, count: 2, into: &gradient)
    ClippedLinear.relu6.backward(gradient, y: run(x).clipped, count: 24, into: &dx)
    #expect(relativeError(dx, differences(x) { product(run($0).pooled, dy) }) < Self.tolerance)
  }
}
