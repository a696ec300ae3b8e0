// SPDX-License-Identifier: Apache-2.0

/// Which same-sign sums of a channel's weights must stay below a limit, so that kernels may add
/// their products in int16; docs/model-format.md, *Proof*.
package enum SumRule: UInt8, Sendable, Comparable {
  case none = 0
  case pair = 1
  case quad = 2

  package static func < (lhs: SumRule, rhs: SumRule) -> Bool { lhs.rawValue < rhs.rawValue }

  /// The largest same-sign sum for inputs 0...upper.
  package static func limit(upper: Int) -> Int { 32767 / upper }

  /// The positions within eight consecutive inputs of a segment whose weights are summed.
  var sets: [[Int]] {
    switch self {
    case .none: []
    case .pair: [[0, 1], [2, 3], [4, 5], [6, 7]]
    case .quad: [[0, 1, 4, 5], [2, 3, 6, 7]]
    }
  }
}

/// Makes one channel's rounded weights obey a rule at the least cost.
struct SumRuleRepair {
  let rule: SumRule
  let limit: Int
  /// Real inputs of one segment; sets do not reach across segments.
  let segmentLength: Int

  /// Moves weights toward zero, one step at a time, always the one whose step adds the least to
  /// `sum(importance * (level - exact)^2)`: the cost is convex in each weight, so that is optimal.
  ///
  /// - Parameters:
  ///   - levels: the rounded weights of one channel, `[segments][inputs]`.
  ///   - exact: what they were rounded from, in steps.
  ///   - importance: what an error of a weight costs, > 0.
  /// - Returns: the number of sets that were changed.
  func repair(_ levels: inout [Int8], exact: [Float], importance: [Float]) -> Int {
    var repaired = 0
    for segment in stride(from: 0, to: levels.count, by: segmentLength) {
      for base in stride(from: 0, to: segmentLength, by: 8) {
        for set in rule.sets {
          let members = set.filter { base + $0 < segmentLength }.map { segment + base + $0 }
          let isPositiveChanged = lower(
            members, sign: 1, levels: &levels, exact: exact, importance: importance)
          let isNegativeChanged = lower(
            members, sign: -1, levels: &levels, exact: exact, importance: importance)
          if isPositiveChanged || isNegativeChanged { repaired += 1 }
        }
      }
    }
    return repaired
  }

  private func lower(
    _ members: [Int], sign: Int, levels: inout [Int8], exact: [Float], importance: [Float]
  ) -> Bool {
    var sum = 0
    for i in members where Int(levels[i]) * sign > 0 { sum += Int(levels[i]) * sign }
    guard sum > limit else { return false }
    while sum > limit {
      var best = -1
      var bestCost = Float.infinity
      for i in members where Int(levels[i]) * sign > 0 {
        let beyond = (exact[i] - Float(levels[i])) * Float(sign)
        let cost = importance[i] * (1 + 2 * beyond)
        if cost < bestCost { (best, bestCost) = (i, cost) }
      }
      guard best >= 0 else { break }
      levels[best] -= Int8(sign)
      sum -= 1
    }
    return true
  }

  /// Whether the rule still holds when the weight at `index` becomes `level`.
  func allows(_ level: Int, at index: Int, in levels: [Int8]) -> Bool {
    let offset = index % segmentLength
    let segment = index - offset
    let base = offset - offset % 8
    guard level != 0, let set = rule.sets.first(where: { $0.contains(offset % 8) }) else {
      return true
    }
    var sum = abs(level)
    for member in set where base + member < segmentLength && base + member != offset {
      let other = Int(levels[segment + base + member])
      if (other > 0) == (level > 0) { sum += abs(other) }
    }
    return sum <= limit
  }

  /// Whether every set of the rule obeys the limit.
  func holds(_ levels: [Int8]) -> Bool {
    for segment in stride(from: 0, to: levels.count, by: segmentLength) {
      for base in stride(from: 0, to: segmentLength, by: 8) {
        for set in rule.sets {
          var (positive, negative) = (0, 0)
          for offset in set where base + offset < segmentLength {
            let level = Int(levels[segment + base + offset])
            if level > 0 { positive += level } else { negative -= level }
          }
          if positive > limit || negative > limit { return false }
        }
      }
    }
    return true
  }
}
