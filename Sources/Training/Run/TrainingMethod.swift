// SPDX-License-Identifier: Apache-2.0

/// The methods that are compared: VL2V-ADiP and the baselines of its paper (arXiv 2310.08255).
public enum TrainingMethod: String, Sendable, CaseIterable {
  /// The teacher itself, by its class texts: no student.
  case teacher
  /// A classifier on the frozen backbone.
  case linearProbe = "linear-probe"
  /// The backbone with a classifier, by cross-entropy on the labels (ERM).
  case fineTuning = "fine-tuning"
  /// As fine-tuning, with the class texts as a classifier that is not trained.
  case fineTuningText = "fine-tuning-text"
  /// Distillation of the teacher's decisions: cross-entropy with its softmax over the class texts.
  case distillLogits = "distill-logits"
  /// Plain distillation: image embeddings alone, backbone and projection together.
  case distillImage = "distill-image"
  /// Class texts alone, backbone and projection together.
  case distillText = "distill-text"
  /// The loss of ADiP, backbone and projection together.
  case oneStage = "one-stage"
  /// Align the projection, then distil the backbone.
  case adip

  /// Whether the student is a classifier of the source's classes and cannot name others.
  public var isClosed: Bool { self == .linearProbe || self == .fineTuning }

  /// The stages, in order.
  public func stages(_ recipe: TrainingRecipe) -> [TrainingStage] {
    func joint(_ objective: Objective) -> [TrainingStage] {
      [
        TrainingStage(
          name: rawValue, parts: [.projection, .backbone], steps: recipe.jointSteps,
          objective: objective)
      ]
    }
    let lambda = recipe.lambda
    switch self {
    case .teacher: return []
    case .linearProbe:
      return [
        TrainingStage(
          name: rawValue, parts: [.projection], steps: recipe.alignSteps, objective: .classifier)
      ]
    case .fineTuning: return joint(.classifier)
    case .fineTuningText: return joint(.texts)
    case .distillLogits: return joint(.teacherLogits)
    case .distillImage: return joint(.distillation(lambda: 1))
    case .distillText: return joint(.distillation(lambda: 0))
    case .oneStage: return joint(.distillation(lambda: lambda))
    case .adip: return [.align(recipe), .distill(recipe)]
    }
  }
}

/// A part of a run: what is trained, by which loss, for how long.
public struct TrainingStage: Sendable, Equatable {
  public var name: String
  public var parts: Set<Student.Part>
  public var steps: Int
  public var objective: Objective
  /// Its place in its method: stages of one seed take pictures in different orders, and the same ones
  /// whether a stage is run alone or with the others.
  public var number = 0

  /// Align: the projection, into the space of the teacher.
  public static func align(_ recipe: TrainingRecipe) -> TrainingStage {
    TrainingStage(
      name: "align", parts: [.projection], steps: recipe.alignSteps,
      objective: .distillation(lambda: recipe.lambda))
  }

  /// Distill: the backbone, behind the projection as it was aligned.
  public static func distill(_ recipe: TrainingRecipe) -> TrainingStage {
    TrainingStage(
      name: "distill", parts: [.backbone], steps: recipe.distillSteps,
      objective: .distillation(lambda: recipe.lambda), number: 1)
  }
}
