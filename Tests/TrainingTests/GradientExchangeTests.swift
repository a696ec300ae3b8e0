// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Runtime
import Testing

@testable import Training

@Suite("Training on several processes")
struct GradientExchangeTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Golden").path

  /// Two domains of eight pictures, of two classes; the student's embeddings are five wide.
  private static func set() throws -> TeacherSet {
    let root = NSTemporaryDirectory() + "swiftlet-exchange-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    var paths: [String] = []
    for size in ["37x29", "64x48"] {
      for (index, kind) in ["411", "420", "422", "440", "444", "grey", "progressive", "rgb"]
        .enumerated()
      {
        let folder = "\(size)/\(index % 2 == 0 ? "even" : "odd")"
        try FileManager.default.createDirectory(
          atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: "\(golden)/frames/\(kind)-\(size).jpg", toPath: "\(root)/\(folder)/\(kind).jpg")
        paths.append("\(folder)/\(kind).jpg")
      }
    }
    var generator = SeededGenerator(seed: 4)
    func rows(_ count: Int) -> [Float] {
      (0..<count * 5).map { _ in Float.random(in: -1...1, using: &generator) }
    }
    var writer = SafetensorsWriter(metadata: [
      "format": EmbeddingBank.format, "logit_scale": "10",
      "paths": String(decoding: try JSONEncoder().encode(paths), as: UTF8.self),
      "classes": "[\"even\",\"odd\"]", "templates": "[\"{}\"]",
    ])
    writer.add(single: "image", rows(paths.count), shape: [paths.count, 5])
    writer.add(single: "text", rows(2), shape: [2, 1, 5])
    let bank = try EmbeddingBank(Safetensors(Data(try writer.bytes()), name: "bank"))
    return try TeacherSet(PictureStore(try PictureFolder(root)), bank)
  }

  private static func recipe(_ change: (inout TrainingRecipe) -> Void = { _ in }) -> TrainingRecipe
  {
    var recipe = TrainingRecipe()
    (recipe.alignSteps, recipe.distillSteps, recipe.evaluationSteps) = (12, 12, 4)
    recipe.batchPerDomain = 3
    // Adam would divide by the gradients' own size, which magnifies rounding where that is small.
    recipe.optimizer = .sgd(momentum: 0.9, weightDecay: 0)
    (recipe.projectionRate, recipe.backboneRate) = (0.05, 0.05)
    change(&recipe)
    return recipe
  }

  private static func run(_ set: TeacherSet, _ recipe: TrainingRecipe) throws -> TrainingRun {
    let student = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 1, threads: 1)
    return TrainingRun(
      student, set, try SourceSplit(set, sources: ["37x29", "64x48"], seed: recipe.seed),
      stages: TrainingMethod.adip.stages(recipe), recipe: recipe,
      input: TrainingInput(preprocessing: .imageNet))
  }

  /// A student's numbers after training.
  private struct Trained: Sendable, Equatable {
    var parameters: [Float]
    var embeddings: [Float]
    var evaluations: [TrainingEvent.EvaluationReport]
  }

  private static func train(
    _ set: TeacherSet, _ recipe: TrainingRecipe, _ exchange: any GradientExchange
  ) throws -> Trained {
    var run = try run(set, recipe)
    run.exchange = exchange
    let outcome = try run.run()
    let embeddings = run.student.embeddings(try GoldenLayers.student("pixels"), count: 6)
    return Trained(
      parameters: run.student.projection + run.student.backbone, embeddings: embeddings,
      evaluations: outcome.evaluations)
  }

  /// Sums of a batch's gradients in another order, 24 times: 1e-5 of the largest value.
  @Test("gives the student of one process", arguments: [2, 3, 5], [0, 2])
  func equality(processes: Int, views: Int) throws {
    let set = try Self.set()
    let recipe = Self.recipe { $0.views = views }
    let one = try Self.train(set, recipe, SingleProcess())
    let several = try ThreadExchange.run(processes) { try Self.train(set, recipe, $0) }
      .map { try $0.get() }
    #expect(several.count == processes && several.allSatisfy { $0 == several[0] })
    #expect(relativeError(several[0].parameters, one.parameters) < 1e-5)
    #expect(relativeError(several[0].embeddings, one.embeddings) < 1e-5)
    #expect(several[0].evaluations.map(\.accuracy) == one.evaluations.map(\.accuracy))
    for (found, expected) in zip(several[0].evaluations, one.evaluations) {
      #expect(abs(found.trainingLoss - expected.trainingLoss) < 1e-5)
      #expect(abs(found.validationLoss - expected.validationLoss) < 1e-5)
    }
    // A student that did not learn would hide everything.
    let before = try Self.run(set, recipe).student
    #expect(relativeError(one.parameters, before.projection + before.backbone) > 1e-2)
  }

  @Test("all pause at the step at which one is asked to", arguments: [0, 3])
  func pause(views: Int) throws {
    let set = try Self.set()
    let recipe = Self.recipe { $0.views = views }
    let steps = try ThreadExchange.run(2) { exchange in
      var run = try Self.run(set, recipe)
      run.exchange = exchange
      var steps = 0
      let outcome = try run.run(shouldPause: { exchange.rank == 1 && steps == 5 }) { event in
        if case .step = event { steps += 1 }
      }
      #expect(outcome.isPaused)
      return steps
    }.map { try $0.get() }
    #expect(steps == [5, 5])
  }

  @Test("all pause while the backbone's features are made")
  func pauseInPreparation() throws {
    let set = try Self.set()
    let recipe = Self.recipe { $0.views = 3 }
    let paused = try ThreadExchange.run(3) { exchange in
      var run = try Self.run(set, recipe)
      run.exchange = exchange
      return try run.run(shouldPause: { exchange.rank == 2 }).isPaused
    }.map { try $0.get() }
    #expect(paused == [true, true, true])
  }

  @Test("a process with another recipe, or another student, is refused in all")
  func disagreement() throws {
    let set = try Self.set()
    for change in 0..<2 {
      let results = ThreadExchange.run(2) { exchange in
        var run = try Self.run(
          set, Self.recipe { $0.lambda = exchange.rank == 1 && change == 0 ? 0.25 : 0.5 })
        if exchange.rank == 1 && change == 1 { run.student.update(.backbone) { $0[0] += 1 } }
        run.exchange = exchange
        _ = try run.run()
      }
      for (rank, result) in results.enumerated() {
        let error = #expect(throws: TrainingError.self) { try result.get() }
        #expect(error?.description.contains("process \(rank) has other pictures") == true)
      }
    }
  }

  @Test("a batch smaller than the number of processes is refused")
  func smallBatch() throws {
    let set = try Self.set()
    let results = ThreadExchange.run(3) { exchange in
      try Self.train(set, Self.recipe { $0.batchPerDomain = 1 }, exchange)
    }
    for result in results {
      let error = #expect(throws: TrainingError.self) { try result.get() }
      #expect(error?.description.contains("a batch of 2 pictures") == true)
    }
  }

  @Test("shares are all of it, and answers are the same everywhere")
  func agreement() throws {
    let shares = try ThreadExchange.run(3) { $0.share(Array(0..<7)) }.map { try $0.get() }
    #expect(shares == [[0, 3, 6], [1, 4], [2, 5]])
    for asked in 0...3 {
      let answers = try ThreadExchange.run(3) { try $0.any($0.rank == asked) }.map { try $0.get() }
      #expect(answers == Array(repeating: asked < 3, count: 3))
    }
    #expect(try SingleProcess().any(true) && !SingleProcess().any(false))
  }
}
