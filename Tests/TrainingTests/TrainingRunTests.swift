// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TinyData

@testable import Training

@Suite("Runs of training")
struct TrainingRunTests {
  private let tiny: TinyTraining
  private let set: TeacherSet
  private var path: String { tiny.folder + "/run.checkpoint" }

  init() throws {
    tiny = try TinyTraining()
    set = try tiny.set()
  }

  private func run(
    _ recipe: TrainingRecipe, _ method: TrainingMethod = .adip, studentSeed: UInt64? = nil
  ) throws -> TrainingRun {
    let split = try SourceSplit(set, sources: ["art", "photo"], seed: recipe.seed)
    let student = try TinyTraining.student().fresh(
      width: method.isClosed ? set.classes.count : set.width, seed: studentSeed ?? recipe.seed,
      isNormalized: !method.isClosed)
    return TrainingRun(
      student, set, split, stages: method.stages(recipe), recipe: recipe, input: TinyTraining.input)
  }

  private func checkpoints(_ texts: [String: String] = ["recipe": "a"])
    -> TrainingRun.Checkpoints
  {
    TrainingRun.Checkpoints(path: path, seconds: 1e9, texts: texts)
  }

  /// Goes on from the checkpoint, if there is one, for so many steps; nil when the run is over.
  private func pausing(
    after steps: Int, _ run: TrainingRun, _ resumed: Checkpoint?
  ) throws -> TrainingRun.Outcome {
    var left = steps
    return try run.run(
      checkpoints: checkpoints(), resumed: resumed, shouldPause: { left <= 0 },
      observe: { event in if case .step = event { left -= 1 } })
  }

  // MARK: - Losses and bits

  @Test("The loss falls", arguments: TrainingMethod.allCases.filter { $0 != .teacher })
  func lossFalls(_ method: TrainingMethod) throws {
    var recipe = TinyTraining.recipe
    (recipe.alignSteps, recipe.distillSteps, recipe.jointSteps) = (40, 40, 40)
    recipe.evaluationSteps = 10
    let run = try run(recipe, method)
    let before = run.student.bits
    let outcome = try run.run()
    #expect(outcome.stages.map(\.stage) == run.stages.map(\.name) && !outcome.isPaused)
    for stage in run.stages {
      let losses = outcome.evaluations.filter { $0.stage == stage.name }
      #expect(losses.map(\.step) == [10, 20, 30, 40])
      #expect(losses[3].trainingLoss < losses[0].trainingLoss)
      #expect(losses.allSatisfy { $0.validationLoss.isFinite && (0...1).contains($0.accuracy) })
    }
    #expect(run.student.bits != before)
  }

  @Test("A stage trains its parts and no others")
  func parts() throws {
    let recipe = TinyTraining.recipe
    let run = try run(recipe)
    let (backbone, projection) = (run.student.backbone, run.student.projection)
    var aligned: [Float] = []
    _ = try run.run(observe: { event in
      guard case .stageEnd(let report) = event, report.stage == "align" else { return }
      #expect(run.student.backbone == backbone && run.student.projection != projection)
      aligned = run.student.projection
    })
    #expect(run.student.projection == aligned && run.student.backbone != backbone)
  }

  @Test("The same seed gives the same bits, another seed others", arguments: [0, 3])
  func seeds(views: Int) throws {
    var recipe = TinyTraining.recipe
    recipe.views = views
    func bits(_ seed: UInt64) throws -> [UInt32] {
      recipe.seed = seed
      let run = try run(recipe)
      _ = try run.run()
      return run.student.bits
    }
    let first = try bits(1)
    #expect(try bits(1) == first)
    #expect(try bits(2) != first)
  }

  @Test("Stages that are run one by one give the bits of those run together")
  func oneByOne() throws {
    let recipe = TinyTraining.recipe
    let whole = try run(recipe)
    _ = try whole.run()
    let single = try run(recipe)
    for stage in [TrainingStage.align(recipe), .distill(recipe)] {
      _ = try TrainingRun(
        single.student, set, single.split, stages: [stage], recipe: recipe,
        input: TinyTraining.input
      ).run()
    }
    #expect(single.student.bits == whole.student.bits)
  }

  // MARK: - Going on

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method = TrainingMethod.adip
    var endsValley = false
    var change: @Sendable (inout TrainingRecipe) -> Void

    static let all = [
      Case(testDescription: "new variations") { $0.views = 0 },
      Case(testDescription: "three variations") { $0.views = 3 },
      Case(testDescription: "two batches a step, cosine") {
        ($0.accumulation, $0.schedule) = (2, .cosine)
      },
      Case(testDescription: "without SWAD, SGD") {
        $0.averagesWeights = false
        $0.optimizer = .sgd(momentum: 0.9, weightDecay: 1e-3)
      },
      Case(testDescription: "both parts, no evaluation before the end", method: .oneStage) {
        $0.evaluationSteps = 100
      },
      Case(testDescription: "a valley that ends", method: .fineTuning, endsValley: true) {
        ($0.jointSteps, $0.evaluationSteps, $0.batchPerDomain) = (40, 1, 1)
        ($0.projectionRate, $0.backboneRate) = (2, 0.05)
      },
    ]
  }

  @Test("A run that stops after every step has the bits of one that does not", arguments: Case.all)
  func resuming(_ example: Case) throws {
    var recipe = TinyTraining.recipe
    example.change(&recipe)
    let whole = try run(recipe, example.method)
    let expected = try whole.run()
    var valley = LossValley()
    for evaluation in expected.evaluations { valley.add(evaluation.validationLoss) }
    #expect(
      valley.hasEnded == example.endsValley,
      "\(expected.evaluations.map(\.validationLoss))")
    var reports: [TrainingEvent.StageReport] = []
    var resumed: Checkpoint?
    var starts = 0
    while true {
      // What the student was before does not matter.
      let next = try run(recipe, example.method, studentSeed: UInt64(starts) + 50)
      if resumed == nil {
        next.student.update(.projection) { $0 = firstProjection(recipe, example) }
      }
      let outcome = try pausing(after: 1, next, resumed)
      starts += 1
      reports += outcome.stages
      if !outcome.isPaused {
        #expect(next.student.bits == whole.student.bits)
        let last = expected.evaluations.filter { $0.stage == whole.stages.last?.name }
        #expect(outcome.evaluations == last)
        break
      }
      resumed = try Checkpoint.load(from: path).checkpoint
    }
    let steps = whole.stages.reduce(0) { $0 + $1.steps - 1 }
    #expect(starts == steps + 1)
    for (report, expected) in zip(reports, expected.stages) {
      var report = report
      report.seconds = expected.seconds
      #expect(report == expected)
    }
    #expect(reports.count == whole.stages.count)
    // Behind the end there is nothing left to do, and the student is the finished one.
    let done = try run(recipe, example.method, studentSeed: 99)
    let outcome = try done.run(
      checkpoints: checkpoints(), resumed: try Checkpoint.load(from: path).checkpoint)
    #expect(outcome.stages.isEmpty && !outcome.isPaused)
    #expect(done.student.bits == whole.student.bits)
  }

  private func firstProjection(_ recipe: TrainingRecipe, _ example: Case) -> [Float] {
    (try? run(recipe, example.method).student.projection) ?? []
  }

  @Test("A damaged checkpoint gives way to the one before, and the bits are the same")
  func damage() throws {
    let recipe = TinyTraining.recipe
    let whole = try run(recipe)
    _ = try whole.run()
    #expect(try pausing(after: 2, run(recipe), nil).isPaused)
    let first = try Checkpoint.load(from: path).checkpoint
    #expect(try pausing(after: 2, run(recipe), first).isPaused)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 9] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let (older, warning) = try Checkpoint.load(from: path)
    #expect(older == first && warning?.contains("before it is used") == true)
    let resumed = try run(recipe)
    _ = try resumed.run(resumed: older)
    #expect(resumed.student.bits == whole.student.bits)
  }

  @Test("A checkpoint of another recipe or another stage is refused")
  func otherRecipe() throws {
    #expect(try pausing(after: 2, run(TinyTraining.recipe), nil).isPaused)
    let saved = try Checkpoint.load(from: path).checkpoint
    let error = #expect(throws: TrainingError.self) {
      _ = try run(TinyTraining.recipe).run(
        checkpoints: checkpoints(["recipe": "b"]), resumed: saved)
    }
    #expect(error?.description.contains("recipe 'a'") == true)
    #expect(error?.description.contains("--restart") == true)
    #expect(throws: TrainingError.self) {
      _ = try run(TinyTraining.recipe, .oneStage).run(checkpoints: checkpoints(), resumed: saved)
    }
  }

  @Test("Where the checkpoint cannot be written the run ends with an error that names it")
  func unwritable() throws {
    let folder = tiny.folder + "/output"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let checkpoints = TrainingRun.Checkpoints(path: folder + "/run.checkpoint", seconds: 1e9)
    var steps = 0
    let error = #expect(throws: TrainingError.self) {
      _ = try run(TinyTraining.recipe).run(
        checkpoints: checkpoints, shouldPause: { steps == 3 }
      ) { event in
        guard case .step = event else { return }
        steps += 1
        if steps == 3 { try? FileManager.default.removeItem(atPath: folder) }
      }
    }
    #expect(error?.description.contains("run.checkpoint: the checkpoint cannot be written") == true)
    #expect(error?.isFailure == true)
  }

  // MARK: - Errors

  @Test("A loss that is no number ends the run and names the step")
  func divergence() throws {
    var recipe = TinyTraining.recipe
    recipe.projectionRate = 1e38
    let error = #expect(throws: TrainingError.self) { _ = try run(recipe).run() }
    #expect(error?.description.contains("stage align, step ") == true)
  }

  @Test("A picture that is gone ends the run before its stand-in is learned", arguments: [0, 2])
  func gone(views: Int) throws {
    let some = try tiny.set(byteCount: 0)
    var recipe = TinyTraining.recipe
    recipe.views = views
    let split = try SourceSplit(some, sources: ["art", "photo"], seed: 1)
    try FileManager.default.removeItem(
      atPath: tiny.data.pictures + "/" + some.pictures[split.training[0][0]].path)
    let run = TrainingRun(
      try TinyTraining.student(), some, split, stages: [.distill(recipe), .align(recipe)],
      recipe: recipe, input: TinyTraining.input)
    #expect(throws: TrainingError.self) { _ = try run.run() }
  }
}
