// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Training

@Suite("Optimizers, schedules and weight averaging")
struct OptimizerTests {
  @Test(
    "eight steps end where PyTorch's do",
    arguments: [
      ("sgd", OptimizerRule.sgd(momentum: 0.9, weightDecay: 0.01), Float(0.1)),
      ("adam", .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1), 0.01),
      ("adamw", .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1), 0.01),
    ])
  func optimizers(_ name: String, _ rule: OptimizerRule, _ learningRate: Float) throws {
    var parameters = try GoldenLayers.values(name, "start")
    let gradients = try GoldenLayers.values(name, "gradients")
    var optimizer = Optimizer(rule, count: parameters.count)
    for step in 0..<8 {
      optimizer.step(
        &parameters, gradients: Array(gradients[step * 20..<(step + 1) * 20]),
        learningRate: learningRate)
    }
    #expect(relativeError(parameters, try GoldenLayers.values(name, "end")) < 1e-5)
    #expect(optimizer.stepCount == 8)
  }

  @Test func ratesFollowTheirSchedule() {
    #expect(LearningRate.constant(5e-5).value(at: 4000) == 5e-5)
    let cosine = LearningRate.cosine(peak: 1, warmUp: 10, total: 110)
    #expect(cosine.value(at: 0) == 0.1 && cosine.value(at: 9) == 1)
    #expect(abs(cosine.value(at: 60) - 0.5) < 1e-6)
    #expect(abs(cosine.value(at: 110)) < 1e-6 && abs(cosine.value(at: 500)) < 1e-6)
  }

  private func averaged(_ losses: [Double]) -> Range<Int> {
    var valley = LossValley()
    for loss in losses { valley.add(loss) }
    return valley.averaged
  }

  @Test func theValleyBeginsWhereThreeLossesDoNotImprove() {
    #expect(averaged([5, 4, 3, 2, 2.1, 2.2, 2.0, 2.1]) == 3..<8)
    #expect(averaged([1, 2, 3]) == 0..<2, "the last lies beyond 2.6")
    #expect(averaged([5, 4, 3, 2, 1]) == 4..<5, "none was found, so the last one alone")
    #expect(averaged([]) == 0..<0)
  }

  @Test func theValleyEndsBeforeSixLossesBeyondTheTolerance() {
    // Mean of 2, 2.1, 2.2 times 1.3: 2.73.
    let start = [5, 2, 2.1, 2.2, 2.5]
    #expect(averaged(start + [2.8, 2.9, 3, 3, 3, 2.8, 2, 2]) == 1..<5)
    #expect(averaged(start + [2.8, 2.9, 3, 3, 3, 2.7, 3]) == 1..<11, "the sixth is within it")
  }

  @Test func nothingIsAddedAfterTheEnd() {
    var valley = LossValley()
    for loss in [1, 1, 1, 2, 2, 2, 2, 2, 2] as [Double] { valley.add(loss) }
    #expect(valley.hasEnded)
    let range = valley.averaged
    valley.add(0.1)
    #expect(valley.averaged == range)
  }
}
