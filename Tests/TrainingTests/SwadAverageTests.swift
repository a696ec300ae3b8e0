// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

@testable import Training

@Suite("SWAD's average of weights")
struct SwadAverageTests {
  /// Two steps an evaluation, their weights 2 e and 2 e + 1.
  private func run(_ losses: [Double]) -> WeightAverage {
    var average = WeightAverage()
    for (evaluation, loss) in losses.enumerated() {
      average.add([Float(2 * evaluation), 0])
      average.add([Float(2 * evaluation + 1), 1])
      average.evaluate(loss: loss)
    }
    return average
  }

  /// The mean of the weights over whole evaluations.
  private func mean(_ evaluations: Range<Int>) -> [Float] {
    let first = 2 * evaluations.lowerBound
    return [Float(first + 2 * evaluations.upperBound - 1) / 2, 0.5]
  }

  @Test("is the mean over every step of the valley, on curves of any shape")
  func randomCurves() {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<400 {
      var losses: [Double] = []
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        losses.append(Double.random(in: 0.5...(round % 2 == 0 ? 1.2 : 3), using: &generator))
        let average = run(losses)
        #expect(average.weights == mean(average.valley.averaged), "\(losses)")
      }
    }
  }

  @Test("nothing was evaluated: there is no average")
  func nothing() {
    var average = WeightAverage()
    average.add([1])
    #expect(average.weights == nil)
  }

  @Test("one step and one evaluation: those weights")
  func one() {
    #expect(run([1]).weights == [0.5, 0.5])
  }
}
