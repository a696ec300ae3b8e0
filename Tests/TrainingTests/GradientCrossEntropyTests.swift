// SPDX-License-Identifier: Apache-2.0
import Glibc
import Quantize
import Testing

@testable import Training

@Suite("Cross-entropy over cosines")
struct GradientCrossEntropyTests {
  private let rows = 3
  private let width = 4
  private let classes = 5

  private func random(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// The formula itself, in binary64.
  private func loss(
    _ p: [Float], _ t: [Float], _ q: [Float], scale: Double
  ) -> Double {
    var loss = 0.0
    for row in 0..<rows {
      let logits = (0..<classes).map { c in
        scale
          * (0..<width).reduce(0.0) { $0 + Double(p[row * width + $1]) * Double(t[c * width + $1]) }
      }
      let sum = log(logits.reduce(0) { $0 + exp($1) })
      for c in 0..<classes { loss -= Double(q[row * classes + c]) * (logits[c] - sum) }
    }
    return loss / Double(rows)
  }

  private func differences(_ values: [Float], _ loss: ([Float]) -> Double) -> [Float] {
    values.indices.map { index in
      var (above, below) = (values, values)
      above[index] += 1e-3
      below[index] -= 1e-3
      return Float((loss(above) - loss(below)) / Double(above[index] - below[index]))
    }
  }

  /// Differences of a binary64 formula over steps of 1e-3 err by the third derivative, about 1e-4.
  @Test("loss and gradients are the formula's", arguments: [Float(1), 8])
  func gradients(scale: Float) {
    var generator = SeededGenerator(seed: 5)
    let (p, t) = (random(rows * width, &generator), random(classes * width, &generator))
    // One row with a single class, the others with distributions.
    let q: [Float] = [0, 1, 0, 0, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.5, 0, 0.25, 0.25, 0]
    var (dp, dt) = (p, [Float](repeating: 0, count: t.count))
    let found = CosineCrossEntropy(scale: scale, width: width, classes: classes).run(
      p, classes: t, targets: q, rows: rows, into: &dp, addingToClasses: &dt)
    let factor = Double(scale)
    #expect(abs(found - loss(p, t, q, scale: factor)) < 1e-5)
    #expect(relativeError(dp, differences(p) { loss($0, t, q, scale: factor) }) < 1e-3)
    #expect(relativeError(dt, differences(t) { loss(p, $0, q, scale: factor) }) < 1e-3)
  }

  @Test("large scales neither overflow nor give NaN")
  func extremes() {
    let (p, t): ([Float], [Float]) = ([1, 0], [1, 0, -1, 0])
    var gradient = p
    let loss = CosineCrossEntropy(scale: 1000, width: 2, classes: 2).run(
      p, classes: t, targets: [0, 1], rows: 1, into: &gradient)
    #expect(loss == 2000 && gradient.allSatisfy(\.isFinite))
  }
}
