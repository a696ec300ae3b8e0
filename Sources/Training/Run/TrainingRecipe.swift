// SPDX-License-Identifier: Apache-2.0

/// How a student is trained. The defaults are published (VL2V-ADiP, arXiv 2310.08255); those that
/// are not say so.
public struct TrainingRecipe: Sendable, Equatable {
  /// The weight of the image embeddings against the class texts, 0...1.
  public var lambda: Float = 0.5
  /// Steps of each stage, and of methods that train backbone and projection together.
  public var alignSteps = 5001
  public var distillSteps = 5001
  public var jointSteps = 5001
  /// Pictures of each source domain in a step.
  public var batchPerDomain = 32
  /// Batches whose gradients are added up for one step of the optimizer; published: 1.
  public var accumulation = 1
  public var optimizer = OptimizerRule.published
  /// Learning rates of the two parts.
  public var projectionRate: Float = 5e-5
  public var backboneRate: Float = 5e-5
  public var schedule = Schedule.constant
  /// Steps from one evaluation on the source's validation pictures to the next.
  public var evaluationSteps = 200
  /// At most so many validation pictures; nil for all, as published.
  public var validationLimit: Int?
  /// Averages weights over the loss valley (SWAD).
  public var averagesWeights = true
  /// Variations of each picture that a stage with a frozen backbone chooses from; 0 for new ones in
  /// each step, as published. A few are much faster: the backbone runs once for each.
  public var views = 0
  /// Of pictures' order, variations and division, and of the projection's first weights.
  public var seed: UInt64 = 1

  public enum Schedule: String, Sendable, CaseIterable { case constant, cosine }

  public init() {}

  /// Of a part, at a step of a stage.
  func rate(_ part: Student.Part, at step: Int, of steps: Int) -> Float {
    let peak = part == .projection ? projectionRate : backboneRate
    switch schedule {
    case .constant: return peak
    case .cosine:
      return LearningRate.cosine(peak: peak, warmUp: steps / 20, total: steps).value(at: step)
    }
  }
}
