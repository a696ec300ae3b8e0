// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing
import TinyData

@testable import Training

/// 63 pictures are two batches of 32, the second one not full.
@Suite("Evaluation")
struct EvaluatorTests {
  private let tiny: TinyTraining
  private let set: TeacherSet
  private let student: Student
  private let pictures: [Int]

  init() throws {
    tiny = try TinyTraining(each: 7)
    // Owls have no text.
    set = try tiny.set { ($0.classes, $0.texts) = (["cat", "dog"], Array($0.texts[..<12])) }
    student = try TinyTraining.student()
    pictures = Array(0..<63)
  }

  private func pixels(_ picture: Int, _ seed: UInt64? = nil) -> [Float] {
    var input = PictureInput(.imageNet, height: 12, width: 10)
    var pixels = [Float](repeating: 0, count: 12 * 10 * 3)
    if let seed {
      var generator = SeededGenerator(seed: seed)
      input.write(set.store.image(picture), Augmentation(), &generator, into: &pixels)
    } else {
      input.write(set.store.image(picture), into: &pixels)
    }
    return pixels
  }

  @Test("counts what is right, by class, and the mean loss of all pictures")
  func counts() throws {
    let objective = Objective.distillation(lambda: 0.5)
    var parts: [Double] = []
    let found = Evaluator(set, TinyTraining.input).run(
      student, pictures.reversed(), objective: objective
    ) { parts.append($0) }
    var (right, loss) = ([0, 0], 0.0)
    for picture in pictures {
      let p = student.embeddings(pixels(picture), count: 1)
      loss += objective.run(p, [picture], set).sum
      let cosines = (0..<2).map { index in
        zip(p, set.texts[index * 6..<(index + 1) * 6]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
      }
      if let label = set.classOf[picture], cosines[label] > cosines[1 - label] { right[label] += 1 }
    }
    #expect(found.count == 42 && found.byClass.map(\.count) == [21, 21])
    #expect(found.byClass.map(\.right) == right && found.right == right[0] + right[1])
    // A student that says one thing to everything would not tell the classes apart.
    #expect(found.right > 0 && found.right < 42)
    #expect(abs((found.loss ?? 0) - loss / 63) < 1e-5)
    #expect(parts == [32.0 / 63, 1])
    #expect(Evaluator(set, TinyTraining.input).run(student, []).accuracy == 0)
  }

  @Test("takes a classifier's largest score, the first of equal ones")
  func classifier() {
    let evaluator = Evaluator(set, TinyTraining.input)
    let closed = student.fresh(width: 2, seed: 1, isNormalized: false)
    #expect(evaluator.decision(closed, [0, 0, -3, -2][2...]) == 1)
    #expect(evaluator.decision(closed, [0, 0, 5, 5][2...]) == 0)
    #expect(evaluator.decision(student, [0, 0, 1, 0, 0, 0, 0, 0][2...]) == 0)
    #expect(evaluator.decision(student, [0, 0, 0, 1, 0, 0, 0, 0][2...]) == 1)
  }

  /// Pictures share a product two at a time, and which two may change how it is rounded.
  @Test("A table of features holds what the backbone gives")
  func features() throws {
    let (plain, varied) = ([5, 2, 40], [2, 7])
    let table = try #require(
      FeatureTable(
        student, set.store, TinyTraining.input, plain: plain, varied: varied, views: 3
      ) { _ in true })
    #expect(table.width == 12)
    let expected = [40, 5].flatMap { student.features(pixels($0), count: 1) }
    #expect(relativeError(table.plain([40, 5]), expected) < 1e-6)
    for (picture, view) in [(7, 0), (2, 2), (7, 1)] {
      let seed = BatchSampler.mixed(0, UInt64(picture), UInt64(view))
      let expected = student.features(pixels(picture, seed), count: 1)
      // The seed of an item chooses the variation.
      let item = BatchSampler.Item(picture: picture, seed: UInt64(300 + view))
      #expect(relativeError(table.varied([item]), expected) < 1e-6)
    }
  }

  @Test("A table gives the evaluation that the backbone gives, and can be ended")
  func tables() throws {
    let objective = Objective.texts
    let table = try #require(
      FeatureTable(
        student, set.store, TinyTraining.input, plain: pictures, varied: [], views: 0
      ) { _ in true })
    let evaluator = Evaluator(set, TinyTraining.input)
    let found = evaluator.run(student, pictures, objective: objective, features: table)
    let expected = evaluator.run(student, pictures, objective: objective)
    #expect(found.right == expected.right && found.count == expected.count)
    #expect(abs((found.loss ?? 0) - (expected.loss ?? 1)) < 1e-5)
    let ended = FeatureTable(
      student, set.store, TinyTraining.input, plain: pictures, varied: pictures, views: 2
    ) { $0 < 0.4 }
    #expect(ended == nil)
  }

  @Test("A run of each method is tested where it can be", arguments: TrainingMethod.allCases)
  func methods(_ method: TrainingMethod) throws {
    var recipe = TinyTraining.recipe
    recipe.views = 2
    let run = MethodRun(
      method: method, target: "sketch", sources: ["art", "photo"], recipe: recipe,
      recipeText: "text")
    let other = try tiny.set()
    let tests = [
      MethodRun.Test(name: "same", set: set, pictures: Array(42..<63)),
      MethodRun.Test(name: "others", set: other, pictures: Array(42..<63)),
    ]
    let before = student.bits
    let (result, trained) = try #require(
      try run.run(student, set, TinyTraining.input, features: nil, tests: tests))
    #expect(student.bits == before)
    // Four fifths of 21 train; of the others those that are no owls count.
    #expect(result.inDomain.count <= 8 && result.inDomain.count > 0)
    #expect(result.tests.map(\.name) == (method.isClosed ? ["same"] : ["same", "others"]))
    #expect(result.tests[0].count == 14 && result.recipe == "text")
    if method == .teacher {
      #expect(result.tests.map(\.right) == [14, 21] && result.inDomain.accuracy == 1)
    } else {
      let found = Evaluator(set, TinyTraining.input).run(trained, Array(42..<63))
      #expect(result.tests[0].right == found.right)
      #expect(
        result.steps
          == Dictionary(
            uniqueKeysWithValues: method.stages(recipe).map { ($0.name, $0.steps) }))
    }
    var steps = 0
    let paused = try run.run(
      student, set, TinyTraining.input, features: nil, tests: tests, shouldPause: { steps > 1 }
    ) { if case .step = $0 { steps += 1 } }
    #expect((paused == nil) == (method != .teacher))
  }
}
