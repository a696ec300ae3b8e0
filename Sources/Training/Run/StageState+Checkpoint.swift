// SPDX-License-Identifier: Apache-2.0

extension StageState {
  private static func name(_ part: Student.Part) -> String {
    part == .projection ? "projection" : "backbone"
  }

  /// Writes the state into a checkpoint.
  func save(to checkpoint: inout Checkpoint) {
    checkpoint.integers["stage.step"] = UInt64(step)
    checkpoint.integers["stage.loss_count"] = UInt64(lossCount)
    checkpoint.integers["stage.loss_sum"] = lossSum.bitPattern
    checkpoint.texts["stage.evaluations"] = Self.text(evaluations)
    for (part, optimizer) in optimizers { checkpoint.add(optimizer, name: Self.name(part)) }
    for (part, average) in averages ?? [:] {
      let archive = average.archive
      let name = Self.name(part) + ".average"
      checkpoint.tensors[name + ".losses"] = Self.words(archive.losses)
      for (index, sum) in archive.sums.enumerated() {
        checkpoint.tensors["\(name).sums.\(index)"] = Self.words(sum)
        checkpoint.integers["\(name).steps.\(index)"] = UInt64(archive.steps[index])
      }
    }
    guard let best else { return }
    checkpoint.integers["best.step"] = UInt64(best.step)
    checkpoint.integers["best.accuracy"] = best.accuracy.bitPattern
    checkpoint.integers["best.loss"] = best.loss.bitPattern
    for (part, values) in best.parameters { checkpoint.tensors["best." + Self.name(part)] = values }
  }

  /// Reads the state of a stage.
  ///
  /// - Throws: `TrainingError` where the checkpoint is of another stage, student or recipe.
  init(
    _ checkpoint: Checkpoint, _ stage: TrainingStage, _ student: Student, _ recipe: TrainingRecipe
  ) throws(TrainingError) {
    self.init(stage, student, recipe)
    func number(_ key: String) throws(TrainingError) -> UInt64 {
      guard let value = checkpoint.integers[key] else {
        throw TrainingError("the checkpoint has no '\(key)'; start the run anew")
      }
      return value
    }
    step = Int(try number("stage.step"))
    lossCount = Int(try number("stage.loss_count"))
    lossSum = Double(bitPattern: try number("stage.loss_sum"))
    evaluations = try Self.evaluations(checkpoint.texts["stage.evaluations"] ?? "", stage.name)
    for part in stage.parts {
      optimizers[part] = try checkpoint.optimizer(
        Self.name(part), recipe.optimizer, count: student[part].count)
      if averages != nil { averages?[part] = try Self.average(checkpoint, Self.name(part)) }
    }
    guard checkpoint.integers["best.step"] != nil else { return }
    var parameters: [Student.Part: [Float]] = [:]
    for part in stage.parts { parameters[part] = checkpoint.tensors["best." + Self.name(part)] }
    best = Best(
      step: Int(try number("best.step")),
      accuracy: Double(bitPattern: try number("best.accuracy")),
      loss: Double(bitPattern: try number("best.loss")), parameters: parameters)
  }

  private static func average(
    _ checkpoint: Checkpoint, _ part: String
  ) throws(TrainingError) -> WeightAverage {
    let name = part + ".average"
    var archive = WeightAverage.Archive(
      losses: doubles(checkpoint.tensors[name + ".losses"] ?? []), sums: [], steps: [])
    while let sum = checkpoint.tensors["\(name).sums.\(archive.sums.count)"] {
      archive.steps.append(
        Int(checkpoint.integers["\(name).steps.\(archive.sums.count)"] ?? 0))
      archive.sums.append(doubles(sum))
    }
    guard let average = WeightAverage(archive) else {
      throw TrainingError(
        "the checkpoint has no average of weights; it was made with --no-swad, so go on with that")
    }
    return average
  }

  /// The bits of binary64 numbers, two words each, lower one first.
  private static func words(_ values: [Double]) -> [Float] {
    values.flatMap { value -> [Float] in
      let bits = value.bitPattern
      return [
        Float(bitPattern: UInt32(truncatingIfNeeded: bits)),
        Float(bitPattern: UInt32(bits >> 32)),
      ]
    }
  }

  private static func doubles(_ words: [Float]) -> [Double] {
    stride(from: 0, to: words.count - 1, by: 2).map {
      Double(bitPattern: UInt64(words[$0].bitPattern) | UInt64(words[$0 + 1].bitPattern) << 32)
    }
  }

  private static func text(_ evaluations: [TrainingEvent.EvaluationReport]) -> String {
    // Bits, so that the numbers come back as they were.
    evaluations.map { report in
      [
        UInt64(report.step), report.trainingLoss.bitPattern, report.validationLoss.bitPattern,
        report.accuracy.bitPattern,
      ].map(String.init).joined(separator: " ")
    }.joined(separator: ",")
  }

  private static func evaluations(
    _ text: String, _ stage: String
  ) throws(TrainingError) -> [TrainingEvent.EvaluationReport] {
    var result: [TrainingEvent.EvaluationReport] = []
    for line in text.split(separator: ",") {
      let numbers = line.split(separator: " ").compactMap { UInt64($0) }
      guard numbers.count == 4 else {
        throw TrainingError("the checkpoint's evaluations are damaged; start the run anew")
      }
      result.append(
        TrainingEvent.EvaluationReport(
          stage: stage, step: Int(numbers[0]), trainingLoss: Double(bitPattern: numbers[1]),
          validationLoss: Double(bitPattern: numbers[2]),
          accuracy: Double(bitPattern: numbers[3])))
    }
    return result
  }
}
