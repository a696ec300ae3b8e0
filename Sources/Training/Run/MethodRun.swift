// SPDX-License-Identifier: Apache-2.0

/// One cell of a comparison: a method on some source domains with one seed, tested elsewhere.
public struct MethodRun {
  /// Pictures that a student is tested on.
  public struct Test: Sendable {
    public var name: String
    public var set: TeacherSet
    public var pictures: [Int]

    public init(name: String, set: TeacherSet, pictures: [Int]) {
      (self.name, self.set, self.pictures) = (name, set, pictures)
    }
  }

  /// What came out; one JSON object.
  public struct Result: Sendable, Codable, Equatable {
    public struct Accuracy: Sendable, Codable, Equatable {
      public var name: String
      /// Pictures whose label is among the classes, and those that were decided right.
      public var count: Int
      public var right: Int
      /// 0...1.
      public var accuracy: Double { count == 0 ? 0 : Double(right) / Double(count) }

      public init(name: String, count: Int, right: Int) {
        (self.name, self.count, self.right) = (name, count, right)
      }
    }

    public var method: String
    /// The left-out domain, or what the comparison calls the split.
    public var target: String
    public var seed: UInt64
    public var sources: [String]
    /// Of the sources' validation pictures, all of them.
    public var inDomain: Accuracy
    /// Each test; empty for tests that the method cannot take.
    public var tests: [Accuracy]
    /// Of the training without preparation, and of preparation.
    public var seconds: Double
    public var steps: [String: Int]
    public var chosen: [String: String]
    /// Everything that decides how the run goes.
    public var recipe: String
  }

  public var method: TrainingMethod
  public var target: String
  public var sources: [String]
  public var recipe: TrainingRecipe
  public var recipeText: String

  public init(
    method: TrainingMethod, target: String, sources: [String], recipe: TrainingRecipe,
    recipeText: String
  ) {
    (self.method, self.target, self.sources) = (method, target, sources)
    (self.recipe, self.recipeText) = (recipe, recipeText)
  }

  /// Trains and tests.
  ///
  /// - Parameters:
  ///   - backbone: the student as the file has it; it stays as it is.
  ///   - features: of the frozen backbone, of all pictures of the set.
  /// - Returns: the result and the trained student; nil where `shouldPause` ended it.
  public func run(
    _ backbone: Student, _ set: TeacherSet, _ input: TrainingInput, features: FeatureTable?,
    tests: [Test], shouldPause: () -> Bool = { false },
    observe: (TrainingEvent) -> Void = { _ in }
  ) throws(TrainingError) -> (result: Result, student: Student)? {
    let split = try SourceSplit(set, sources: sources, seed: recipe.seed)
    let validation = split.validation.flatMap { $0 }
    let start = ContinuousClock.now
    let isClosed = method.isClosed
    let student = backbone.fresh(
      width: isClosed ? set.classes.count : set.width, seed: recipe.seed, isNormalized: !isClosed)
    var result = Result(
      method: method.rawValue, target: target, seed: recipe.seed, sources: sources,
      inDomain: Result.Accuracy(name: "in-domain", count: 0, right: 0), tests: [], seconds: 0,
      steps: [:], chosen: [:], recipe: recipeText)
    if method == .teacher {
      result.inDomain = Self.teacher(set, validation, "in-domain")
      result.tests = tests.map { Self.teacher($0.set, $0.pictures, $0.name) }
        .filter { $0.count > 0 }
      return (result, student)
    }
    var run = TrainingRun(
      student, set, split, stages: method.stages(recipe), recipe: recipe, input: input)
    run.features = features
    let outcome = try run.run(shouldPause: shouldPause, observe: observe)
    guard !outcome.isPaused else { return nil }
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    for (stage, report) in zip(run.stages, outcome.stages) {
      result.steps[stage.name] = stage.steps
      result.chosen[stage.name] = report.chosenStep.map { "step \($0)" } ?? "average"
    }
    let frozen = run.stages.allSatisfy { !$0.parts.contains(.backbone) } ? features : nil
    let inDomain = Evaluator(set, input).run(student, validation, features: frozen)
    result.inDomain = Result.Accuracy(
      name: "in-domain", count: inDomain.count, right: inDomain.right)
    for test in tests where !isClosed || test.set.classes == set.classes {
      let found = Evaluator(test.set, input).run(student, test.pictures) { part in
        observe(.preparation("test \(test.name)", part))
      }
      result.tests.append(
        Result.Accuracy(name: test.name, count: found.count, right: found.right))
    }
    for set in [set] + tests.map(\.set) { try set.store.checkPresence() }
    return (result, student)
  }

  private static func teacher(
    _ set: TeacherSet, _ pictures: [Int], _ name: String
  ) -> Result.Accuracy {
    var accuracy = Result.Accuracy(name: name, count: 0, right: 0)
    for picture in pictures {
      guard let label = set.classOf[picture], let decision = set.teacherDecision(picture) else {
        continue
      }
      accuracy.count += 1
      if decision == label { accuracy.right += 1 }
    }
    return accuracy
  }
}
