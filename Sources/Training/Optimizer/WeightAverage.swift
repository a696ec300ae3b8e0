// SPDX-License-Identifier: Apache-2.0

/// The dense average of weights over the loss valley of a run (SWAD; Cha et al., arXiv 2102.08604):
/// of all steps from one evaluation to the next a segment's mean is kept, and the means of the
/// segments in the valley are averaged.
///
/// Sums are in binary64. Segments that surely lie in the valley are one sum; those that may still
/// fall on either side are kept apart, at most as many as the valley's tolerance or convergence.
public struct WeightAverage: Sendable {
  public private(set) var valley: LossValley
  /// Steps since the last evaluation.
  private var sum: [Double] = []
  private var steps = 0
  /// Of the evaluations that were heard.
  private var losses: [Double] = []
  /// One for each evaluation; empty where it was dropped, or became part of `settled`.
  private var segments: [(sum: [Double], steps: Int)] = []
  private var settled: (sum: [Double], steps: Int) = ([], 0)

  public init(_ valley: LossValley = LossValley()) { self.valley = valley }

  /// Whether the valley has ended, so that the run may.
  public var hasEnded: Bool { valley.hasEnded }

  /// Takes the weights after a step.
  ///
  /// - Precondition: always of the same length.
  public mutating func add(_ weights: [Float]) {
    if sum.isEmpty { sum = Array(repeating: 0, count: weights.count) }
    precondition(weights.count == sum.count, "always the same weights")
    for index in weights.indices { sum[index] += Double(weights[index]) }
    steps += 1
  }

  /// Takes the validation loss of the weights now; it ends a segment.
  ///
  /// - Precondition: a step was taken since the last evaluation.
  public mutating func evaluate(loss: Double) {
    precondition(steps > 0, "an evaluation comes after a step")
    guard !valley.hasEnded else { return }
    segments.append((sum, steps))
    (sum, steps) = ([], 0)
    losses.append(loss)
    valley.add(loss)
    let (count, first) = (segments.count, valley.averaged.lowerBound)
    let hasBegun = first <= count - valley.convergence
    let outside = max(min(first, count - valley.convergence + 1), 0)
    for index in 0..<outside { drop(index) }
    guard hasBegun else { return }
    // While the valley lasts, what lies further back than the tolerance is inside.
    let inside = valley.hasEnded ? valley.averaged.upperBound : count - valley.tolerance
    for index in first..<max(inside, first) { settle(index) }
    if valley.hasEnded { for index in inside..<count { drop(index) } }
  }

  private mutating func drop(_ index: Int) { segments[index] = ([], 0) }

  private mutating func settle(_ index: Int) {
    let segment = segments[index]
    guard segment.steps > 0 else { return }
    if settled.steps == 0 {
      settled = segment
    } else {
      for place in segment.sum.indices { settled.sum[place] += segment.sum[place] }
      settled.steps += segment.steps
    }
    drop(index)
  }

  /// The mean of all weights in the valley; nil before the first evaluation.
  public var weights: [Float]? {
    let chosen = [settled] + segments[valley.averaged]
    let total = chosen.reduce(0) { $0 + $1.steps }
    guard total > 0 else { return nil }
    var result = [Double]()
    for segment in chosen where segment.steps > 0 {
      if result.isEmpty {
        result = segment.sum
      } else {
        for place in result.indices { result[place] += segment.sum[place] }
      }
    }
    return result.map { Float($0 / Double(total)) }
  }

  /// All that an average needs to go on.
  struct Archive: Equatable {
    /// Of the evaluations so far.
    var losses: [Double]
    /// Of the segment that is open, of each closed one, and of the settled part, in this order.
    var sums: [[Double]]
    var steps: [Int]
  }

  var archive: Archive {
    Archive(
      losses: losses, sums: [sum] + segments.map(\.sum) + [settled.sum],
      steps: [steps] + segments.map(\.steps) + [settled.steps])
  }

  /// - Returns: nil where the archive is none of an average.
  init?(_ archive: Archive) {
    self.init()
    let count = archive.sums.count
    guard count >= 2, archive.steps.count == count, archive.losses.count >= count - 2 else {
      return nil
    }
    losses = archive.losses
    for loss in losses { valley.add(loss) }
    (sum, steps) = (archive.sums[0], archive.steps[0])
    segments = (1..<count - 1).map { (archive.sums[$0], archive.steps[$0]) }
    settled = (archive.sums[count - 1], archive.steps[count - 1])
  }
}
