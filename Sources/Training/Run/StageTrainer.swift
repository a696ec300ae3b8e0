// SPDX-License-Identifier: Apache-2.0

/// Trains a student through one stage, and leaves it with the parameters that the source's
/// validation pictures chose.
struct StageTrainer {
  let stage: TrainingStage
  let recipe: TrainingRecipe
  let student: Student
  let set: TeacherSet
  let split: SourceSplit
  let input: TrainingInput
  var exchange: any GradientExchange = SingleProcess()
  /// Of the frozen backbone; nil where it is trained.
  var features: FeatureTable?

  /// Evaluation pictures, at most as many of each domain.
  private var validation: [Int] {
    guard let limit = recipe.validationLimit else { return split.validation.flatMap { $0 } }
    let perDomain = max(limit / split.validation.count, 1)
    return split.validation.flatMap { pictures -> [Int] in
      // Evenly spread: they are sorted by path, and so by class.
      let count = min(perDomain, pictures.count)
      return (0..<count).map { pictures[$0 * pictures.count / count] }
    }
  }

  /// - Parameters:
  ///   - state: where to go on.
  ///   - observe: is told of steps and evaluations.
  ///   - pause: asked after each step; true leaves the loop.
  /// - Returns: the state where it paused, nil behind the last step: then the student has the
  ///   chosen parameters.
  func run(
    _ state: inout StageState, observe: (TrainingEvent) -> Void,
    pause: (StageState) throws(TrainingError) -> Bool
  ) throws(TrainingError) -> TrainingEvent.StageReport? {
    let sampler = BatchSampler(
      split.training, perDomain: recipe.batchPerDomain,
      seed: recipe.seed &+ UInt64(stage.number) << 32)
    let exchange = exchange
    guard sampler.batchCount >= exchange.size else {
      throw TrainingError(
        "a batch of \(sampler.batchCount) pictures cannot be shared by \(exchange.size) processes; "
          + "take a larger --batch, or start fewer")
    }
    let batches = state.step * recipe.accumulation..<stage.steps * recipe.accumulation
    let items: @Sendable (Int) -> [BatchSampler.Item] = { step in
      exchange.share(sampler.items(at: step))
    }
    let usesTable = features != nil && recipe.views > 0
    let loader =
      usesTable
      ? nil
      : BatchLoader(
        set.store, input.preprocessing, size: student.inputSize, augmentation: input.augmentation,
        steps: batches, items: items)
    let start = ContinuousClock.now
    var clock = start
    while state.step < stage.steps {
      var sum = Student.Gradients()
      var loss = 0.0
      for part in 0..<recipe.accumulation {
        let (partLoss, gradients): (Double, Student.Gradients)
        if let loader {
          guard let batch = loader.batch() else { break }
          (partLoss, gradients) = self.gradients(batch, total: sampler.batchCount)
        } else {
          let batch = items(state.step * recipe.accumulation + part)
          (partLoss, gradients) = self.gradients(batch, total: sampler.batchCount)
        }
        loss += partLoss
        sum.add(gradients)
      }
      try set.store.checkPresence()
      try apply(&sum, &loss, &state)
      let now = ContinuousClock.now
      let seconds = (now - clock) / .seconds(1)
      clock = now
      observe(
        .step(
          TrainingEvent.StepReport(
            stage: stage.name, step: state.step, steps: stage.steps, loss: loss,
            picturesPerSecond: Double(sampler.batchCount * recipe.accumulation) / seconds,
            accuracy: state.evaluations.last?.accuracy)))
      if state.step % recipe.evaluationSteps == 0 || state.step == stage.steps {
        let report = try evaluate(&state)
        try set.store.checkPresence()
        observe(.evaluation(report))
      }
      if state.step < stage.steps, try pause(state) { return nil }
    }
    var report = try finish(&state)
    try set.store.checkPresence()
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return report
  }

  private func gradients(
    _ batch: BatchLoader.Batch, total: Int
  ) -> (Double, Student.Gradients) {
    let pictures = batch.items.map(\.picture)
    let (objective, set) = (stage.objective, set)
    let scale = 1 / Float(total * recipe.accumulation)
    return student.gradients(of: stage.parts, batch.pixels, count: pictures.count) {
      p, first, rows in
      var (sum, gradient) = objective.run(p, pictures[first..<first + rows], set)
      sum *= Double(scale)
      for index in gradient.indices { gradient[index] *= scale }
      return (sum, gradient)
    }
  }

  private func gradients(
    _ batch: [BatchSampler.Item], total: Int
  ) -> (Double, Student.Gradients) {
    let pictures = batch.map(\.picture)
    let scale = 1 / Float(total * recipe.accumulation)
    let (sum, gradient) = student.projectionGradients(
      features: features?.varied(batch) ?? [], count: batch.count
    ) { p, first, rows in
      var (sum, gradient) = stage.objective.run(p, pictures[first..<first + rows], set)
      sum *= Double(scale)
      for index in gradient.indices { gradient[index] *= scale }
      return (sum, gradient)
    }
    return (sum, Student.Gradients(projection: gradient))
  }

  /// One step of the optimizers.
  private func apply(
    _ gradients: inout Student.Gradients, _ loss: inout Double, _ state: inout StageState
  ) throws(TrainingError) {
    var losses = [loss]
    try exchange.sum(&losses)
    loss = losses[0]
    guard loss.isFinite else {
      throw TrainingError(
        failure:
          "stage \(stage.name), step \(state.step + 1): the loss is \(loss); take a lower learning "
          + "rate, or look at the bank with 'swiftlet-train bank inspect'")
    }
    for part in Student.Part.allCases where stage.parts.contains(part) {
      try exchange.sum(&gradients[part])
      let rate = recipe.rate(part, at: state.step, of: stage.steps)
      student.update(part) {
        state.optimizers[part]?.step(&$0, gradients: gradients[part], learningRate: rate)
      }
      state.averages?[part]?.add(student[part])
    }
    state.step += 1
    state.lossSum += loss
    state.lossCount += 1
  }

  private func evaluate(
    _ state: inout StageState
  ) throws(TrainingError) -> TrainingEvent.EvaluationReport {
    let found = try measured()
    let report = TrainingEvent.EvaluationReport(
      stage: stage.name, step: state.step,
      trainingLoss: state.lossSum / Double(max(state.lossCount, 1)), validationLoss: found.loss,
      accuracy: found.accuracy)
    (state.lossSum, state.lossCount) = (0, 0)
    state.evaluations.append(report)
    for part in stage.parts { state.averages?[part]?.evaluate(loss: found.loss) }
    if Self.isBetter(found, than: state.best.map { ($0.accuracy, $0.loss) }) {
      state.best = StageState.Best(
        step: state.step, accuracy: found.accuracy, loss: found.loss,
        parameters: Dictionary(uniqueKeysWithValues: stage.parts.map { ($0, student[$0]) }))
    }
    return report
  }

  /// Each process measures its share of the pictures, and all find the same.
  private func measured() throws(TrainingError) -> (accuracy: Double, loss: Double) {
    let all = validation
    let own = exchange.share(all)
    let found = Evaluator(set, input).run(
      student, own, objective: stage.objective, features: features)
    guard exchange.size > 1 else { return (found.accuracy, found.loss ?? 0) }
    try checkParameters()
    var sums = [
      Double(found.count), Double(found.right), (found.loss ?? 0) * Double(own.count),
    ]
    try exchange.sum(&sums)
    return (sums[0] == 0 ? 0 : sums[1] / sums[0], sums[2] / Double(max(all.count, 1)))
  }

  /// The same gradients on other processors might round to other parameters.
  private func checkParameters() throws(TrainingError) {
    var mark = Fingerprint()
    for part in Student.Part.allCases where stage.parts.contains(part) { mark.add(student[part]) }
    try exchange.check(
      mark,
      "stage \(stage.name): process \(exchange.rank) has other parameters than the others; let all "
        + "processes run the same build on machines with the same processor")
  }

  /// By accuracy, then by loss.
  private static func isBetter(
    _ one: (accuracy: Double, loss: Double), than other: (accuracy: Double, loss: Double)?
  ) -> Bool {
    guard let other else { return true }
    return one.accuracy > other.accuracy
      || one.accuracy == other.accuracy && one.loss < other.loss
  }

  /// Gives the student the average over the loss valley, or the best evaluation's parameters where
  /// the validation pictures find those better.
  private func finish(
    _ state: inout StageState
  ) throws(TrainingError) -> TrainingEvent.StageReport {
    var report = TrainingEvent.StageReport(
      stage: stage.name, chosenStep: state.best?.step, accuracy: state.best?.accuracy ?? 0,
      validationLoss: state.best?.loss ?? 0, seconds: 0)
    if let averages = state.averages, let valley = averages.values.first?.valley {
      for (part, average) in averages {
        if let weights = average.weights { student.update(part) { $0 = weights } }
      }
      let found = try measured()
      if !Self.isBetter((report.accuracy, report.validationLoss), than: found) {
        report.chosenStep = nil
        report.averagedEvaluations = valley.averaged
        (report.accuracy, report.validationLoss) = found
        return report
      }
    }
    for (part, values) in state.best?.parameters ?? [:] { student.update(part) { $0 = values } }
    return report
  }
}

extension Student.Gradients {
  /// Adds other gradients of the same parts.
  mutating func add(_ other: Student.Gradients) {
    for part in Student.Part.allCases {
      if self[part].isEmpty {
        self[part] = other[part]
      } else {
        for index in other[part].indices { self[part][index] += other[part][index] }
      }
    }
  }
}
