// SPDX-License-Identifier: Apache-2.0

/// Rejection scores of pictures that show a known class and of pictures that show none; a known one
/// should have the greater score.
struct RejectionScores {
  var known: [Float] = []
  var unknown: [Float] = []

  /// The area under the receiver operating characteristic: the share of pairs of a known and an
  /// unknown picture in which the known one has the greater score, equal scores counting half.
  /// Counted in integers, so exact; nil where there is no pair.
  var auroc: Double? {
    guard !known.isEmpty, !unknown.isEmpty else { return nil }
    let all = known.map { ($0, true) } + unknown.map { ($0, false) }
    let sorted = all.sorted { $0.0 < $1.0 }
    // Twice the pairs won: two for each smaller unknown, one for each equal one.
    var (won, below) = (0, 0)
    var start = 0
    while start < sorted.count {
      var end = start
      while end < sorted.count, sorted[end].0 == sorted[start].0 { end += 1 }
      let knownCount = sorted[start..<end].count { $0.1 }
      let unknownCount = end - start - knownCount
      won += knownCount * (2 * below + unknownCount)
      below += unknownCount
      start = end
    }
    return Double(won) / (2 * Double(known.count) * Double(unknown.count))
  }

  /// The greatest threshold that at least the share `kept` of the known pictures reaches.
  ///
  /// - Parameter kept: 0...1.
  func threshold(kept: Double) -> Float? {
    guard !known.isEmpty else { return nil }
    let sorted = known.sorted(by: >)
    // As many as the share asks for, rounded up but for the rounding of the product itself.
    let needed = (kept * Double(known.count) - 1e-9).rounded(.up)
    return sorted[min(max(Int(needed) - 1, 0), known.count - 1)]
  }

  /// The share of unknown pictures that reach a threshold and so pass for known.
  func falsePositiveRate(threshold: Float) -> Double? {
    guard !unknown.isEmpty else { return nil }
    return Double(unknown.count { $0 >= threshold }) / Double(unknown.count)
  }
}
