// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Training

/// Twenty steps under a cosine schedule. The rates are computed in binary64 by PyTorch and rounded
/// to float32 here, hence 1e-5.
@Suite("Trajectories of optimizers")
struct OptimizerTrajectoryTests {
  @Test(
    "every step ends where PyTorch's does",
    arguments: [
      ("sgd_plain", OptimizerRule.sgd(momentum: 0, weightDecay: 0), Float(0.1)),
      ("sgd", .sgd(momentum: 0.9, weightDecay: 0.01), 0.1),
      ("adam", .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0), 0.01),
      ("adamw", .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1), 0.01),
    ])
  func steps(_ name: String, _ rule: OptimizerRule, _ peak: Float) throws {
    let golden = try GoldenFile("trajectories")
    var parameters = try golden.values("\(name).start")
    let count = parameters.count
    let gradients = try golden.values("\(name).gradients")
    let trajectory = try golden.values("\(name).trajectory")
    let rates = try golden.values("\(name).rates")
    let schedule = LearningRate.cosine(peak: peak, warmUp: 0, total: rates.count)
    var optimizer = Optimizer(rule, count: count)
    for step in rates.indices {
      let rate = schedule.value(at: step)
      #expect(abs(rate - rates[step]) <= 1e-6 * peak, "rate of step \(step)")
      let part = step * count..<(step + 1) * count
      optimizer.step(&parameters, gradients: Array(gradients[part]), learningRate: rate)
      #expect(relativeError(parameters, Array(trajectory[part])) < 1e-5, "step \(step)")
    }
  }
}
