// SPDX-License-Identifier: Apache-2.0

/// How parameters follow their gradients.
public enum OptimizerRule: Sendable, Equatable {
  /// Momentum, and weight decay that is added to the gradient.
  case sgd(momentum: Float, weightDecay: Float)
  /// Kingma and Ba, arXiv 1412.6980, algorithm 1; weight decay is added to the gradient.
  case adam(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)
  /// Loshchilov and Hutter, arXiv 1711.05101: weight decay apart from the gradient.
  case adamW(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)

  /// The published recipe's.
  public static let published = OptimizerRule.adam(
    beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0)
}

/// An optimizer with its state, for one flat array of parameters; PyTorch's formulas.
public struct Optimizer: Sendable {
  public let rule: OptimizerRule
  /// Steps taken.
  public private(set) var stepCount = 0
  /// The gradients' running mean, or the momentum.
  public private(set) var first: [Float]
  /// The running mean of their squares; empty for SGD.
  public private(set) var second: [Float]

  public init(_ rule: OptimizerRule, count: Int) {
    self.rule = rule
    first = Array(repeating: 0, count: count)
    if case .sgd = rule { second = [] } else { second = Array(repeating: 0, count: count) }
  }

  /// An optimizer that goes on from a state: see `stepCount`, `first` and `second`.
  public init(_ rule: OptimizerRule, stepCount: Int, first: [Float], second: [Float]) {
    self.rule = rule
    self.stepCount = stepCount
    self.first = first
    self.second = second
  }

  /// Moves the parameters one step.
  ///
  /// - Precondition: both have as many elements as the optimizer was made for.
  public mutating func step(
    _ parameters: inout [Float], gradients: [Float], learningRate: Float
  ) {
    precondition(parameters.count == first.count && gradients.count == first.count)
    stepCount += 1
    switch rule {
    case .sgd(let momentum, let weightDecay):
      for index in parameters.indices {
        let gradient = gradients[index] + weightDecay * parameters[index]
        first[index] = stepCount == 1 ? gradient : momentum * first[index] + gradient
        parameters[index] -= learningRate * (momentum == 0 ? gradient : first[index])
      }
    case .adam(let beta1, let beta2, let epsilon, let weightDecay):
      adam(&parameters, gradients, learningRate, beta1, beta2, epsilon) { gradient, parameter in
        gradient + weightDecay * parameter
      }
    case .adamW(let beta1, let beta2, let epsilon, let weightDecay):
      for index in parameters.indices {
        parameters[index] *= 1 - learningRate * weightDecay
      }
      adam(&parameters, gradients, learningRate, beta1, beta2, epsilon) { gradient, _ in gradient }
    }
  }

  private mutating func adam(
    _ parameters: inout [Float], _ gradients: [Float], _ learningRate: Float, _ beta1: Float,
    _ beta2: Float, _ epsilon: Float, _ effective: (Float, Float) -> Float
  ) {
    let (correction1, correction2) = (bias(beta1), bias(beta2))
    let stepSize = Float(Double(learningRate) / correction1)
    let root = Float(correction2.squareRoot())
    for index in parameters.indices {
      let gradient = effective(gradients[index], parameters[index])
      first[index] += (gradient - first[index]) * (1 - beta1)
      second[index] = beta2 * second[index] + (1 - beta2) * gradient * gradient
      let deviation = second[index].squareRoot() / root + epsilon
      parameters[index] -= stepSize * first[index] / deviation
    }
  }

  /// `1 - beta^t`.
  private func bias(_ beta: Float) -> Double {
    var power = 1.0
    for _ in 0..<stepCount { power *= Double(beta) }
    return 1 - power
  }
}
