// SPDX-License-Identifier: Apache-2.0

/// One student's way through the stages of a method.
public struct TrainingRun {
  public let set: TeacherSet
  public let split: SourceSplit
  public let stages: [TrainingStage]
  public let recipe: TrainingRecipe
  public let input: TrainingInput
  public let student: Student
  public var exchange: any GradientExchange = SingleProcess()
  /// Features of the student as the file has it: of all pictures that are needed, or nil.
  public var features: FeatureTable?

  public init(
    _ student: Student, _ set: TeacherSet, _ split: SourceSplit, stages: [TrainingStage],
    recipe: TrainingRecipe, input: TrainingInput
  ) {
    (self.student, self.set, self.split) = (student, set, split)
    (self.stages, self.recipe, self.input) = (stages.filter { $0.steps > 0 }, recipe, input)
  }

  /// How a run came to its end.
  public struct Outcome: Sendable {
    /// Of the stages that ended.
    public var stages: [TrainingEvent.StageReport] = []
    public var evaluations: [TrainingEvent.EvaluationReport] = []
    /// Whether it was asked to stop before its end.
    public var isPaused = false
  }

  /// Where a run writes checkpoints, and when.
  public struct Checkpoints: Sendable {
    public var path: String
    public var seconds: Double
    /// What the run was started with; a checkpoint of another run is refused.
    public var texts: [String: String]

    public init(path: String, seconds: Double = 300, texts: [String: String] = [:]) {
      (self.path, self.seconds, self.texts) = (path, seconds, texts)
    }
  }

  /// Trains from where `resumed` is, or from the start.
  ///
  /// - Parameters:
  ///   - checkpoints: nil for none.
  ///   - resumed: what `Checkpoint.load` gave.
  ///   - shouldPause: asked after each step; true, in any process, writes a checkpoint and leaves
  ///     in all of them.
  ///   - observe: is told of everything.
  public func run(
    checkpoints: Checkpoints? = nil, resumed: Checkpoint? = nil,
    shouldPause: () -> Bool = { false }, observe: (TrainingEvent) -> Void = { _ in }
  ) throws(TrainingError) -> Outcome {
    var outcome = Outcome()
    var first = 0
    var restored: StageState?
    if let resumed {
      try check(resumed, checkpoints?.texts ?? [:])
      try resumed.restore(student)
      first = Int(resumed.integers["stage.index"] ?? 0)
    }
    try checkAgreement(stage: first, step: Int(resumed?.integers["stage.step"] ?? 0))
    if let resumed {
      guard first < stages.count else {
        outcome.stages = []
        return outcome
      }
      restored = try StageState(resumed, stages[first], student, recipe)
    }
    for (index, stage) in stages.enumerated() where index >= first {
      guard let table = try featureTable(stage, observe, shouldPause) else {
        outcome.isPaused = true
        return outcome
      }
      let trainer = StageTrainer(
        stage: stage, recipe: recipe, student: student, set: set, split: split, input: input,
        exchange: exchange, features: table.features)
      var state = restored ?? StageState(stage, student, recipe)
      restored = nil
      var saved = ContinuousClock.now
      let report = try trainer.run(&state, observe: observe) { state throws(TrainingError) in
        let isPausing = try exchange.any(shouldPause())
        let isDue = (ContinuousClock.now - saved) / .seconds(1) >= checkpoints?.seconds ?? .infinity
        if isPausing || isDue, let checkpoints {
          try save(state, index, checkpoints)
          saved = ContinuousClock.now
        }
        return isPausing
      }
      outcome.evaluations += state.evaluations
      guard let report else {
        outcome.isPaused = true
        return outcome
      }
      outcome.stages.append(report)
      observe(.stageEnd(report))
      if let checkpoints {
        // The beginning of the next stage.
        let next = index + 1 < stages.count ? stages[index + 1] : nil
        try save(next.map { StageState($0, student, recipe) }, index + 1, checkpoints)
      }
    }
    return outcome
  }

  private func check(_ checkpoint: Checkpoint, _ texts: [String: String]) throws(TrainingError) {
    for (key, value) in texts.sorted(by: { $0.key < $1.key }) where checkpoint.texts[key] != value {
      throw TrainingError(
        "the checkpoint is of a run with \(key) '\(checkpoint.texts[key] ?? "unknown")', this one has "
          + "'\(value)'; name another --output, or add --restart to begin anew")
    }
  }

  /// Makes sure that all processes begin with the same.
  private func checkAgreement(stage: Int, step: Int) throws(TrainingError) {
    guard exchange.size > 1 else { return }
    var mark = Fingerprint()
    mark.add("\(recipe) \(input) \(set.classes)")
    for stage in stages { mark.add("\(stage.name) \(stage.steps) \(stage.objective)") }
    for domain in split.training + split.validation {
      for picture in domain { mark.add(set.pictures[picture].path) }
    }
    for part in Student.Part.allCases { mark.add(student[part]) }
    mark.add(set.texts)
    mark.add(stage)
    mark.add(step)
    try exchange.check(
      mark,
      "process \(exchange.rank) has other pictures, another bank, student, checkpoint or recipe than "
        + "the others; give all machines the same files and the same --output, a shared folder")
  }

  /// - Parameter state: of the stage; nil behind the last one.
  private func save(
    _ state: StageState?, _ index: Int, _ checkpoints: Checkpoints
  ) throws(TrainingError) {
    guard exchange.rank == 0 else { return }
    var checkpoint = Checkpoint()
    checkpoint.texts = checkpoints.texts
    checkpoint.add(student)
    checkpoint.integers["stage.index"] = UInt64(index)
    state?.save(to: &checkpoint)
    try checkpoint.save(to: checkpoints.path)
  }

  /// The features of a stage whose backbone is frozen; in a box, for there may be none.
  ///
  /// - Returns: nil where the run is to pause.
  private func featureTable(
    _ stage: TrainingStage, _ observe: (TrainingEvent) -> Void, _ shouldPause: () -> Bool
  ) throws(TrainingError) -> (features: FeatureTable?, Void)? {
    guard !stage.parts.contains(.backbone) else { return (nil, ()) }
    if let features { return (features, ()) }
    let table = try FeatureTable.divided(
      exchange, student, set.store, input, plain: split.validation.flatMap { $0 },
      varied: recipe.views > 0 ? split.training.flatMap { $0 } : [], views: recipe.views,
      progress: { observe(.preparation("features", $0)) }, shouldPause: shouldPause)
    try set.store.checkPresence()
    return table.map { ($0, ()) }
  }
}
