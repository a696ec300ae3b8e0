// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Training

/// Curves made up, their valleys found by hand from the published rule.
@Suite("SWAD's loss valley")
struct SwadTests {
  private func averaged(_ losses: [Double]) -> Range<Int> {
    var valley = LossValley()
    for loss in losses { valley.add(loss) }
    return valley.averaged
  }

  @Test("a run that ends in the valley loses only its tail beyond the threshold")
  func tails() {
    // Mean of 1, 1, 1 times 1.3.
    #expect(averaged([2, 1, 1, 1, 1.2, 1.4, 1.5]) == 1..<5)
    #expect(averaged([2, 1, 1, 1, 1.4, 1.2, 1.5]) == 1..<6, "a bump within the tolerance stays")
    #expect(averaged([2, 1, 1, 1, 9, 9, 9, 9, 9]) == 1..<4)
    #expect(averaged([1, 1, 1, 1.3]) == 0..<4, "the threshold itself is within")
  }

  @Test("losses below zero, as a mean cosine's, have a valley too")
  func negativeLosses() {
    // Mean -0.8; the threshold is -0.56, where times 1.3 it would be -1.04, which none reaches.
    let start = [-0.2, -0.8, -0.8, -0.8, -0.7, -0.6]
    #expect(averaged(start) == 1..<6)
    #expect(averaged(start + [-0.5, -0.5, -0.5, -0.5, -0.5, -0.5, -0.9]) == 1..<6)
  }

  @Test("six losses beyond the threshold end it, five do not")
  func tolerance() {
    var valley = LossValley()
    for loss in [3, 1, 1, 1] + [Double](repeating: 2, count: 5) { valley.add(loss) }
    #expect(!valley.hasEnded)
    #expect(valley.averaged == 1..<4)
    var lucky = valley
    lucky.add(1.1)
    #expect(!lucky.hasEnded && lucky.averaged == 1..<10)
    valley.add(2)
    #expect(valley.hasEnded && valley.averaged == 1..<4)
  }

  @Test func theTextbookDefaults() {
    let valley = LossValley()
    #expect(valley.convergence == 3 && valley.tolerance == 6 && valley.ratio == 0.3)
  }
}
