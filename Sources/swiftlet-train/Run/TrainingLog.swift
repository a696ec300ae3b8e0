// SPDX-License-Identifier: Apache-2.0
import Foundation
import Training

/// Reads what `TrainingProgress` wrote.
enum TrainingLog {
  /// The evaluations in a log, the last of each stage and step; lines that are none are left out.
  static func evaluations(_ path: String) -> [TrainingEvent.EvaluationReport] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    var result: [TrainingEvent.EvaluationReport] = []
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let fields = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any],
        fields["event"] as? String == "evaluation", let stage = fields["stage"] as? String,
        let step = fields["step"] as? Int, let training = fields["training_loss"] as? Double,
        let validation = fields["validation_loss"] as? Double,
        let accuracy = fields["accuracy"] as? Double
      else { continue }
      result.removeAll { $0.stage == stage && $0.step >= step }
      result.append(
        TrainingEvent.EvaluationReport(
          stage: stage, step: step, trainingLoss: training, validationLoss: validation,
          accuracy: accuracy))
    }
    return result
  }

  /// In the order in which stages first occur.
  static func byStage(
    _ evaluations: [TrainingEvent.EvaluationReport]
  ) -> [(String, [TrainingEvent.EvaluationReport])] {
    var names: [String] = []
    for evaluation in evaluations where !names.contains(evaluation.stage) {
      names.append(evaluation.stage)
    }
    return names.map { name in (name, evaluations.filter { $0.stage == name }) }
  }
}
