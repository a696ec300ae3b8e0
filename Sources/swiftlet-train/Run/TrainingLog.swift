// SPDX-License-Identifier: Apache-2.0
import Foundation
import Training

/// Reads what `TrainingProgress` wrote, of this process and of those before it.
enum TrainingLog {
  private typealias Line = [String: Any]

  /// The evaluations in a log, the last of each stage and step; lines that are none are left out.
  static func evaluations(_ path: String) -> [TrainingEvent.EvaluationReport] {
    var result: [TrainingEvent.EvaluationReport] = []
    for fields in lines(path) {
      guard fields["event"] as? String == "evaluation", let stage = fields["stage"] as? String,
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

  /// What the log says of the stages that ended, the last of each.
  static func stages(_ path: String) -> [[String: Any]] {
    var result: [Line] = []
    for fields in lines(path) where fields["event"] as? String == "stage" {
      result.removeAll { $0["stage"] as? String == fields["stage"] as? String }
      result.append(fields.filter { !["event", "time"].contains($0.key) })
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

  /// The lines that tell of the student that is there now: what begins anew replaces what was there
  /// of its stages, and the first stage replaces everything.
  private static func lines(_ path: String) -> [Line] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    var result: [Line] = []
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let fields = (try? JSONSerialization.jsonObject(with: line)) as? Line else { continue }
      guard fields["event"] as? String == "start" else {
        result.append(fields)
        continue
      }
      let stages = fields["stages"] as? [String] ?? []
      let isFirst = fields["number"] as? Int == 0
      result.removeAll { isFirst || stages.contains($0["stage"] as? String ?? "") }
    }
    return result
  }
}
