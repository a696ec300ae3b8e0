// SPDX-License-Identifier: Apache-2.0

/// How well a student decides on pictures, and its loss there.
public struct Evaluation: Sendable, Equatable {
  /// Pictures whose label is among the classes.
  public var count = 0
  public var right = 0
  /// The mean over all pictures; nil where none was asked for.
  public var loss: Double?
  /// By class: pictures and right ones.
  public var byClass: [(count: Int, right: Int)] = []

  /// 0...1; 0 without pictures.
  public var accuracy: Double { count == 0 ? 0 : Double(right) / Double(count) }

  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.count == rhs.count && lhs.right == rhs.right && lhs.loss == rhs.loss
      && lhs.byClass.map(\.count) == rhs.byClass.map(\.count)
      && lhs.byClass.map(\.right) == rhs.byClass.map(\.right)
  }
}

/// Runs a student over pictures as evaluation sees them.
public struct Evaluator: Sendable {
  public let set: TeacherSet
  let input: TrainingInput

  public init(_ set: TeacherSet, _ input: TrainingInput) { (self.set, self.input) = (set, input) }

  /// - Parameters:
  ///   - pictures: of the set.
  ///   - objective: whose loss is wanted.
  ///   - features: where they are at hand, the backbone is not run.
  public func run(
    _ student: Student, _ pictures: [Int], objective: Objective? = nil,
    features: FeatureTable? = nil, progress: (Double) -> Void = { _ in }
  ) -> Evaluation {
    var result = Evaluation()
    result.byClass = Array(repeating: (0, 0), count: set.classes.count)
    var sum = 0.0
    forEach(student, pictures, features) { part, p in
      for (place, picture) in part.enumerated() {
        guard let label = set.classOf[picture] else { continue }
        let row = p[place * student.width..<(place + 1) * student.width]
        let isRight = decision(student, row) == label
        result.count += 1
        result.byClass[label].count += 1
        if isRight {
          result.right += 1
          result.byClass[label].right += 1
        }
      }
      if let objective { sum += objective.run(p, part, set).sum }
      progress(Double(part.endIndex) / Double(pictures.count))
    }
    if objective != nil { result.loss = sum / Double(max(pictures.count, 1)) }
    return result
  }

  /// The class that a student decides for, of its embedding or its scores.
  func decision(_ student: Student, _ p: ArraySlice<Float>) -> Int {
    if student.isNormalized { return TeacherSet.nearest(p, set.texts, count: set.classes.count) }
    return p.indices.max { p[$0] < p[$1] }.map { $0 - p.startIndex } ?? 0
  }

  private func forEach(
    _ student: Student, _ pictures: [Int], _ features: FeatureTable?,
    _ body: (ArraySlice<Int>, [Float]) -> Void
  ) {
    let size = 32
    let count = (pictures.count + size - 1) / size
    func part(_ step: Int) -> ArraySlice<Int> {
      pictures[step * size..<min((step + 1) * size, pictures.count)]
    }
    if let features {
      for step in 0..<count {
        let some = part(step)
        body(some, student.embeddings(features: features.plain(Array(some)), count: some.count))
      }
      return
    }
    let loader = BatchLoader(
      set.store, input.preprocessing, size: student.inputSize, augmentation: nil, steps: 0..<count
    ) {
      pictures[$0 * size..<min(($0 + 1) * size, pictures.count)].map { .init(picture: $0, seed: 0) }
    }
    var step = 0
    while let batch = loader.batch() {
      body(part(step), student.embeddings(batch.pixels, count: batch.items.count))
      step += 1
    }
  }
}
