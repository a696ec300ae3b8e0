// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

@testable import Training

/// A little network with what ResNets have: a maximum pool, a sum that is clipped, a value that
/// several layers read; against central differences of the whole student's loss.
@Suite("Gradients of a residual student")
struct GradientStudentTests {
  private func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int, _ generator: inout SeededGenerator
  ) -> FloatOperation {
    var window = FloatWindow(kernelHeight: kernel, kernelWidth: kernel)
    let pad = kernel / 2
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (pad, pad, pad, pad)
    func random(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -0.5...0.5, using: &generator) }
    }
    return .convolution(
      FloatConvolution(
        window: window, groups: 1, inputChannels: inputs, outputChannels: outputs,
        weights: random(outputs * kernel * kernel * inputs), bias: random(outputs)))
  }

  /// Picture 8 x 8 x 3, maximum pool to 4 x 4 x 6, a block, an average pool, another block whose
  /// input is read three times.
  func graph() -> FloatGraph {
    var generator = SeededGenerator(seed: 21)
    var pool = FloatWindow(kernelHeight: 3, kernelWidth: 3)
    (pool.strideY, pool.strideX) = (2, 2)
    (pool.padTop, pool.padLeft) = (1, 1)
    var mean = FloatWindow(kernelHeight: 2, kernelWidth: 2)
    (mean.strideY, mean.strideX) = (2, 2)
    let all = FloatWindow(kernelHeight: 2, kernelWidth: 2)
    let relu = FloatOperation.clamp(lower: 0, upper: .infinity)
    let steps: [(FloatOperation, [Int], side: Int)] = [
      (convolution(3, 6, kernel: 3, &generator), [0], 8), (relu, [1], 8),
      (.maxPool(pool), [2], 4), (convolution(6, 6, kernel: 3, &generator), [3], 4),
      (.add, [4, 3], 4), (.clamp(lower: 0, upper: 1.5), [5], 4),
      (.averagePool(mean, countsPadding: false), [6], 2),
      (convolution(6, 6, kernel: 1, &generator), [7], 2),
      (convolution(6, 6, kernel: 3, &generator), [7], 2), (.add, [8, 9], 2), (.add, [10, 7], 2),
      (relu, [11], 2), (.averagePool(all, countsPadding: false), [12], 1),
      (convolution(6, 4, kernel: 1, &generator), [13], 1),
    ]
    var values = [
      FloatGraph.Value(name: "0", shape: Shape(height: 8, width: 8, channels: 3))
    ]
    var nodes: [FloatNode] = []
    for (index, step) in steps.enumerated() {
      let channels = index == steps.count - 1 ? 4 : 6
      values.append(
        FloatGraph.Value(
          name: "\(index + 1)",
          shape: Shape(height: step.side, width: step.side, channels: channels)))
      nodes.append(
        FloatNode(
          name: "node\(index)", operation: step.0, inputs: step.1, output: index + 1))
    }
    return FloatGraph(values: values, nodes: nodes, input: 0, output: steps.count)
  }

  /// float32 leaves two to three digits of a difference over so small a step. A larger one leads more
  /// of the clips and maxima over a corner, where a difference is no derivative; a few still are, so
  /// 97 % of the elements have to agree.
  @Test("of every weight, with pictures in several parts")
  func finiteDifferences() throws {
    let student = Student(try StudentPlan(graph(), source: "made"), width: 3, seed: 4, threads: 2)
    var generator = SeededGenerator(seed: 22)
    let count = 5
    let pixels = (0..<count * 8 * 8 * 3).map { _ in Float.random(in: -1...1, using: &generator) }
    let target = (0..<count * 3).map { _ in Float.random(in: -1...1, using: &generator) }
    func loss() -> Double {
      zip(student.embeddings(pixels, count: count), target).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    let (found, gradients) = student.gradients(of: .backbone, pixels, count: count) {
      p, first, rows in
      let part = Array(target[first * 3..<(first + rows) * 3])
      return (zip(p, part).reduce(0) { $0 + Double($1.0) * Double($1.1) }, part)
    }
    #expect(abs(found - loss()) < 1e-5)
    var close = 0
    for index in gradients.indices {
      let value = student.backbone[index]
      student.update(.backbone) { $0[index] = value + 5e-4 }
      let above = loss()
      student.update(.backbone) { $0[index] = value - 5e-4 }
      let difference = Float((above - loss()) / 1e-3)
      student.update(.backbone) { $0[index] = value }
      if abs(difference - gradients[index]) < 0.02 * abs(difference) + 2e-3 { close += 1 }
    }
    #expect(Double(close) > 0.97 * Double(gradients.count), "\(close) of \(gradients.count)")
    #expect(gradients.count(where: { abs($0) > 0.01 }) > gradients.count / 4)
  }

  @Test("the same seed and threads give the same bits")
  func determinism() throws {
    func run() throws -> [UInt32] {
      let student = Student(try StudentPlan(graph(), source: "made"), width: 3, seed: 4, threads: 2)
      let pixels = (0..<7 * 8 * 8 * 3).map { Float($0 % 13) / 13 }
      return student.gradients(of: .backbone, pixels, count: 7) { p, _, _ in
        (0, p.map { $0 * 2 })
      }.gradients.map(\.bitPattern)
    }
    #expect(try run() == run())
  }
}
