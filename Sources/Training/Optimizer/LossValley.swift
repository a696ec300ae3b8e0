// SPDX-License-Identifier: Apache-2.0

/// Decides which evaluations of a run are averaged: SWAD's loss valley (Cha et al., arXiv
/// 2102.08604, algorithm 1 and its published code).
///
/// The valley begins at the first evaluation s that no one of the `convergence - 1` next ones
/// improves on. Its threshold is `mean + ratio |mean|` of those `convergence` losses: the paper's
/// `mean (1 + ratio)`, but above the mean for negative losses such as a mean cosine's too. An
/// evaluation from s on is averaged while the smallest loss of it and the `tolerance - 1` that
/// follow, or as many as there are, is within the threshold; the first one for which it is not ends
/// the valley. Where no valley is found, the last evaluation stands alone.
public struct LossValley: Sendable {
  /// N_s and N_e of the paper, and the ratio r - 1.
  public var convergence = 3
  public var tolerance = 6
  public var ratio = 0.3

  private var losses: [Double] = []
  private var start: Int?
  private var threshold = Double.infinity
  /// Whether the valley has ended; further evaluations change nothing.
  public private(set) var hasEnded = false
  private var end: Int?

  public init() {}

  /// Takes the validation loss of the next evaluation.
  public mutating func add(_ loss: Double) {
    guard !hasEnded else { return }
    losses.append(loss)
    if start == nil { findStart() }
    if start != nil { findEnd() }
  }

  private mutating func findStart() {
    guard losses.count >= convergence else { return }
    let first = losses.count - convergence
    let window = losses[first...]
    guard let smallest = window.min(), window.first == smallest else { return }
    start = first
    let mean = window.reduce(0, +) / Double(convergence)
    threshold = mean + ratio * abs(mean)
  }

  private mutating func findEnd() {
    guard let start, losses.count - start > tolerance else { return }
    let first = losses.count - tolerance
    guard let smallest = losses[first...].min(), smallest > threshold else { return }
    hasEnded = true
    end = first
  }

  /// The evaluations, counted from 0, whose weights are averaged.
  public var averaged: Range<Int> {
    guard let start else { return max(losses.count - 1, 0)..<losses.count }
    if let end { return start..<end }
    // At the run's end the windows are cut short: a tail beyond the threshold is left out.
    let last = losses.lastIndex { $0 <= threshold } ?? start
    return start..<max(last, start) + 1
  }
}
