// SPDX-License-Identifier: Apache-2.0

/// What a run tells while it goes on.
public enum TrainingEvent: Sendable {
  /// Work before a stage, 0...1.
  case preparation(String, Double)
  case step(StepReport)
  case evaluation(EvaluationReport)
  case stageEnd(StageReport)
  /// Something that the user should know.
  case warning(String)

  public struct StepReport: Sendable {
    public var stage: String
    /// From 1.
    public var step: Int
    public var steps: Int
    /// The mean over the batch.
    public var loss: Double
    public var picturesPerSecond: Double
    /// Of the last evaluation.
    public var accuracy: Double?
  }

  /// Of the source's validation pictures.
  public struct EvaluationReport: Sendable, Equatable {
    public var stage: String
    /// Steps taken.
    public var step: Int
    /// The mean over the steps since the last evaluation.
    public var trainingLoss: Double
    public var validationLoss: Double
    public var accuracy: Double

    public init(
      stage: String, step: Int, trainingLoss: Double, validationLoss: Double, accuracy: Double
    ) {
      (self.stage, self.step, self.trainingLoss) = (stage, step, trainingLoss)
      (self.validationLoss, self.accuracy) = (validationLoss, accuracy)
    }
  }

  public struct StageReport: Sendable, Equatable {
    public var stage: String
    /// The step whose weights were chosen; nil for the average over the loss valley.
    public var chosenStep: Int?
    public var averagedEvaluations: Range<Int>?
    public var accuracy: Double
    public var validationLoss: Double
    /// Of the stage, without preparation; of this process since it was started or resumed.
    public var seconds: Double
  }
}
