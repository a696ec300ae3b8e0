// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import swiftlet

@Suite("Rejection scores")
struct RejectionScoreTests {
  /// Pair by pair, as the definition says.
  private func pairs(_ known: [Float], _ unknown: [Float]) -> Double {
    var sum = 0.0
    for a in known { for b in unknown { sum += a > b ? 1 : a == b ? 0.5 : 0 } }
    return sum / Double(known.count * unknown.count)
  }

  @Test("the area is the share of pairs in order, ties counting half")
  func area() {
    for (known, unknown, truth) in [
      ([0.9, 0.8], [0.1, 0.2], 1), ([0.1, 0.2], [0.9, 0.8], 0), ([0.5], [0.5], 0.5),
      ([0.5, 0.5, 0.5], [0.5, 0.5], 0.5), ([0.9, 0.5], [0.5, 0.1], 0.875),
    ] as [([Float], [Float], Double)] {
      #expect(RejectionScores(known: known, unknown: unknown).auroc == truth)
    }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      func scores() -> [Float] {
        (0..<Int.random(in: 1...40, using: &random)).map { _ in
          Float(Int.random(in: 0...9, using: &random)) / 9
        }
      }
      let (known, unknown) = (scores(), scores())
      #expect(RejectionScores(known: known, unknown: unknown).auroc == pairs(known, unknown))
    }
    #expect(RejectionScores(known: [], unknown: [1]).auroc == nil)
    #expect(RejectionScores(known: [1], unknown: []).auroc == nil)
  }

  @Test("a threshold keeps the share of known pictures that was asked for")
  func threshold() {
    let scores = RejectionScores(
      known: (1...20).map { Float($0) / 20 }, unknown: [0, 0.05, 0.1, 0.5])
    for (kept, threshold) in [(1, 0.05), (0.95, 0.1), (0.94, 0.1), (0.9, 0.15), (0.01, 1)]
      as [(Double, Float)]
    {
      #expect(scores.threshold(kept: kept) == threshold, "\(kept)")
    }
    #expect(scores.falsePositiveRate(threshold: 0.1) == 0.5)
    #expect(RejectionScores().threshold(kept: 0.5) == nil)
    #expect(RejectionScores().falsePositiveRate(threshold: 0) == nil)
  }
}
