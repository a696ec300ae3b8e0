// SPDX-License-Identifier: Apache-2.0

/// Where a stage is: with the student's parameters, all that it needs to go on.
struct StageState {
  /// The best evaluation so far, with the parameters that it was of.
  struct Best {
    var step: Int
    var accuracy: Double
    var loss: Double
    var parameters: [Student.Part: [Float]]
  }

  /// Steps taken.
  var step = 0
  var optimizers: [Student.Part: Optimizer]
  /// nil without SWAD.
  var averages: [Student.Part: WeightAverage]?
  var best: Best?
  var evaluations: [TrainingEvent.EvaluationReport] = []
  /// Of the steps since the last evaluation.
  var lossSum = 0.0
  var lossCount = 0

  init(_ stage: TrainingStage, _ student: Student, _ recipe: TrainingRecipe) {
    optimizers = [:]
    for part in stage.parts {
      optimizers[part] = Optimizer(recipe.optimizer, count: student[part].count)
    }
    if recipe.averagesWeights {
      averages = Dictionary(uniqueKeysWithValues: stage.parts.map { ($0, WeightAverage()) })
    }
  }
}

extension Student {
  /// The parameters of a part.
  subscript(part: Part) -> [Float] { part == .projection ? projection : backbone }
}
