// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Training

@Suite("The loss of distillation")
struct LossTests {
  private static let (rows, width) = (5, 7)

  /// Numbers in -1...1 without a pattern, of no unit norm: the loss is linear in p.
  private func numbers(_ seed: Int) -> [Float] {
    (0..<Self.rows * Self.width).map { Float(($0 * 37 + seed * 101) % 97) / 48.5 - 1 }
  }

  /// - Parameter mask: whether each picture's class has a text.
  private func run(_ p: [Float], lambda: Float, mask: [Bool]) -> (loss: Double, dp: [Float]) {
    var dp = [Float](repeating: 9, count: p.count)
    let (images, texts) = (numbers(2), numbers(3))
    let loss = texts.withUnsafeBufferPointer { texts in
      let rows = mask.indices.map { row -> Features? in
        mask[row] ? texts.baseAddress.map { $0 + row * Self.width } : nil
      }
      return DistillationLoss(lambda: lambda, width: Self.width)
        .run(p, images: images, texts: rows, into: &dp)
    }
    return (loss, dp)
  }

  /// The formula in binary64, in the order of the paper.
  private func expected(_ p: [Float], lambda: Double, mask: [Bool]) -> Double {
    let (images, texts) = (numbers(2), numbers(3))
    func cosine(_ row: Int, _ target: [Float]) -> Double {
      (row * Self.width..<(row + 1) * Self.width).reduce(0) {
        $0 + Double(p[$1]) * Double(target[$1])
      }
    }
    let terms = mask.indices.map { row in
      mask[row]
        ? -lambda * cosine(row, images) - (1 - lambda) * cosine(row, texts)
        : -cosine(row, images)
    }
    return terms.reduce(0, +) / Double(mask.count)
  }

  @Test(
    "loss and gradient follow the formula, with and without texts",
    arguments: [0, 0.1, 0.5, 1] as [Float],
    [
      [true, true, true, true, true], [true, false, true, false, true],
      [false, false, false, false, false],
    ])
  func formula(_ lambda: Float, _ mask: [Bool]) {
    let p = numbers(1)
    let (loss, dp) = run(p, lambda: lambda, mask: mask)
    // Targets are rounded to float32 before they are summed.
    #expect(abs(loss - expected(p, lambda: Double(lambda), mask: mask)) < 1e-6)
    let step: Float = 0.25
    let differences = p.indices.map { index in
      var (above, below) = (p, p)
      above[index] += step
      below[index] -= step
      let rise =
        expected(above, lambda: Double(lambda), mask: mask)
        - expected(below, lambda: Double(lambda), mask: mask)
      return Float(rise) / (above[index] - below[index])
    }
    #expect(relativeError(dp, differences) < goldenTolerance)
  }

  @Test func noPicturesHaveNoLoss() {
    var dp: [Float] = [3]
    let loss = DistillationLoss(width: 1).run([1], images: [1], texts: [], into: &dp)
    #expect(loss == 0 && dp == [3])
  }

  /// `y = x W^T + b` is bilinear: central differences are exact but for rounding.
  @Test func linearLayersAgainstFiniteDifferences() {
    let layer = Linear(inputs: Self.width, outputs: 2)
    let (x, w, dy) = (numbers(4), Array(numbers(5).prefix(14)), Array(numbers(6).prefix(10)))
    func loss(_ x: [Float], _ w: [Float]) -> Double {
      var y = [Float](repeating: 0, count: 10)
      layer.forward(x, weights: w, bias: nil, rows: Self.rows, into: &y)
      return zip(y, dy).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    func differences(_ values: [Float], _ loss: ([Float]) -> Double) -> [Float] {
      values.indices.map { index in
        var (above, below) = (values, values)
        above[index] += 1
        below[index] -= 1
        return Float((loss(above) - loss(below)) / 2)
      }
    }
    var (dx, dw) = ([Float](repeating: 9, count: x.count), [Float](repeating: 0, count: 14))
    layer.backward(dy, weights: w, rows: Self.rows, intoInput: &dx)
    layer.backward(dy, x: x, rows: Self.rows, addingToWeights: &dw, bias: nil)
    #expect(relativeError(dx, differences(x) { loss($0, w) }) < goldenTolerance)
    #expect(relativeError(dw, differences(w) { loss(x, $0) }) < goldenTolerance)
  }
}
