// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantize

@Suite("Weight rounding")
struct WeightRoundingTests {
  private static func rounding(_ rule: SumRule, _ segment: Int, searches: Bool) -> WeightRounding {
    WeightRounding(
      repair: SumRuleRepair(rule: rule, limit: 258, segmentLength: segment),
      factors: searches ? WeightRounding.searchedFactors : WeightRounding.coveringFactors)
  }

  @Test("without a rule and a search every weight is within half a step")
  func halfStep() {
    var random = TestRandom("half a step")
    for _ in 0..<50 {
      let weights = random.normal(24, deviation: .random(in: 1e-6...1e3, using: &random))
      let rounded = Self.rounding(.none, 24, searches: false).round(
        weights, importance: [Float](repeating: 1, count: 24), minimumScale: 1e-30)
      for (weight, level) in zip(weights, rounded.levels) {
        // Half a step, and the roundings of the division.
        #expect(abs(Float(level) * rounded.scale - weight) <= rounded.scale * 0.5001)
      }
      #expect(rounded.levels.map(\.magnitude).max() == 127)
      #expect(rounded.repairedSets == 0)
    }
  }

  @Test("a search costs at most what the covering scale costs, and obeys the rule")
  func search() {
    var random = TestRandom("scale search")
    var gains = 0
    for _ in 0..<60 {
      let weights = random.normal(32, deviation: 0.1)
      // The largest weight hardly matters, so that clipping it pays.
      let largest = weights.map(abs).max() ?? 0
      let importance = weights.map { abs($0) == largest ? 0.001 : Float(1) }
      let rule: SumRule = Bool.random(using: &random) ? .quad : .none
      let covering = Self.rounding(rule, 32, searches: false)
        .round(weights, importance: importance, minimumScale: 1e-30)
      let searched = Self.rounding(rule, 32, searches: true)
        .round(weights, importance: importance, minimumScale: 1e-30)
      #expect(searched.cost <= covering.cost)
      if searched.cost < covering.cost { gains += 1 }
      #expect(Self.rounding(rule, 32, searches: true).repair.holds(searched.levels))
      let exact = weights.map { $0 / searched.scale }
      let cost = WeightRounding.cost(
        searched.levels, exact: exact, importance: importance, scale: searched.scale)
      #expect(cost == searched.cost)
    }
    #expect(gains > 30)
  }

  @Test("weights of zero and a least scale give levels that fit")
  func extremes() {
    let rounding = Self.rounding(.quad, 8, searches: true)
    let ones = [Float](repeating: 1, count: 8)
    let zero = rounding.round([Float](repeating: 0, count: 8), importance: ones, minimumScale: 0.5)
    #expect(zero.levels == [Int8](repeating: 0, count: 8))
    #expect(zero.scale == 0.5)
    let coarse = rounding.round([3, -3, 0.4, 0, 0, 0, 0, 0], importance: ones, minimumScale: 1)
    #expect(coarse.scale >= 1)
    #expect(coarse.levels[0] == -coarse.levels[1])
    let subnormal = rounding.round(
      [.leastNonzeroMagnitude, 0, 0, 0, 0, 0, 0, 0], importance: ones, minimumScale: 1e-30)
    #expect(subnormal.scale >= 1e-30)
  }
}
