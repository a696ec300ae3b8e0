// SPDX-License-Identifier: Apache-2.0

/// The s8 weights of one output channel: `real = scale * level`.
struct RoundedChannel {
  var levels: [Int8]
  var scale: Float
  /// Sets of weights that were changed for the rule.
  var repairedSets: Int
  /// `sum(importance * (real - exact)^2)`.
  var cost: Double
}

/// Chooses scale and levels of one output channel.
struct WeightRounding {
  static let maximumLevel: Float = 127

  let repair: SumRuleRepair
  /// Scales to try, as factors of `largest magnitude / 127`; the cheapest one wins.
  var factors: [Float]

  /// Without a rule in the way, the factor 1 represents every weight; larger ones make room for the
  /// rule, smaller ones clip the largest weights.
  static let coveringFactors: [Float] = [1] + (1...20).map { 1 + Float($0) * 0.05 }
  static let searchedFactors: [Float] = (0..<20).map { 0.6 + Float($0) * 0.02 } + coveringFactors

  /// - Parameters:
  ///   - weights: of one channel, `[segments][inputs]`, for inputs in their stored units.
  ///   - importance: the mean square of each input, or 1s; > 0.
  ///   - minimumScale: no smaller scale is chosen, so that the bias fits.
  func round(_ weights: [Float], importance: [Float], minimumScale: Float) -> RoundedChannel {
    let largest = weights.reduce(0) { max($0, abs($1)) }
    let base = max(largest / Self.maximumLevel, minimumScale)
    guard largest > 0 else {
      return RoundedChannel(
        levels: [Int8](repeating: 0, count: weights.count), scale: base, repairedSets: 0, cost: 0)
    }
    var best: RoundedChannel?
    for factor in factors where best == nil || base * factor >= minimumScale {
      let scale = max(base * factor, minimumScale)
      let candidate = round(weights, importance: importance, scale: scale)
      if candidate.cost < best?.cost ?? .infinity { best = candidate }
      if candidate.repairedSets == 0 && factor >= 1 { break }
    }
    return best ?? round(weights, importance: importance, scale: base)
  }

  /// Rounds half to even, clips and obeys the rule at a given scale.
  func round(_ weights: [Float], importance: [Float], scale: Float) -> RoundedChannel {
    let exact = weights.map { $0 / scale }
    var levels = exact.map {
      Int8(min(max($0.rounded(.toNearestOrEven), -Self.maximumLevel), Self.maximumLevel))
    }
    let repaired = repair.repair(&levels, exact: exact, importance: importance)
    return RoundedChannel(
      levels: levels, scale: scale, repairedSets: repaired,
      cost: Self.cost(levels, exact: exact, importance: importance, scale: scale))
  }

  static func cost(
    _ levels: [Int8], exact: [Float], importance: [Float], scale: Float
  ) -> Double {
    var sum = 0.0
    for i in levels.indices {
      let error = Double(Float(levels[i]) - exact[i])
      sum += Double(importance[i]) * error * error
    }
    return sum * Double(scale) * Double(scale)
  }
}
