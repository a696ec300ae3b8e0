// SPDX-License-Identifier: Apache-2.0
import Runtime
import Testing

@testable import Quantize

@Suite("Sum rules")
struct SumRuleTests {
  /// Positions of one segment whose weights are summed, by the words of docs/model-format.md.
  private static func sets(_ rule: SumRule, _ length: Int) -> [[Int]] {
    let padded = (length + 7) / 8 * 8
    func inside(_ set: [Int]) -> [Int] { set.filter { $0 < length } }
    switch rule {
    case .none: return []
    case .pair: return stride(from: 0, to: padded, by: 2).map { inside([$0, $0 + 1]) }
    case .quad:
      return stride(from: 0, to: padded, by: 8).flatMap { base in
        [0, 2].map { inside([base + $0, base + $0 + 1, base + $0 + 4, base + $0 + 5]) }
      }
    }
  }

  private static func holds(
    _ rule: SumRule, _ levels: [Int8], segment: Int, limit: Int
  ) -> Bool {
    stride(from: 0, to: levels.count, by: segment).allSatisfy { start in
      sets(rule, segment).allSatisfy { set in
        let values = set.map { Int(levels[start + $0]) }
        return values.filter { $0 > 0 }.reduce(0, +) <= limit
          && values.filter { $0 < 0 }.reduce(0, -) <= limit
      }
    }
  }

  @Test("a repaired channel obeys the rule, and nothing else was changed")
  func randomChannels() {
    var random = TestRandom("sum rules")
    for _ in 0..<300 {
      let rule: SumRule = Bool.random(using: &random) ? .pair : .quad
      let limit = SumRule.limit(upper: Bool.random(using: &random) ? 127 : 255)
      let segment = Int.random(in: 1...27, using: &random)
      let count = segment * Int.random(in: 1...3, using: &random)
      let exact = random.normal(count, deviation: 70).map { min(max($0, -140), 140) }
      var levels = exact.map { Int8(min(max($0.rounded(.toNearestOrEven), -127), 127)) }
      let before = levels
      let repair = SumRuleRepair(rule: rule, limit: limit, segmentLength: segment)
      let wasRight = Self.holds(rule, before, segment: segment, limit: limit)
      #expect(repair.holds(before) == wasRight)
      let changed = repair.repair(
        &levels, exact: exact, importance: (0..<count).map { _ in 0.5 + Float(random.next() % 4) })
      #expect(Self.holds(rule, levels, segment: segment, limit: limit))
      #expect(repair.holds(levels))
      #expect((changed == 0) == wasRight)
      #expect(wasRight == (levels == before))
      for (new, old) in zip(levels, before) {
        #expect(new.signum() == old.signum() || new == 0)
        #expect(new.magnitude <= old.magnitude)
      }
    }
  }

  @Test("no cheaper levels obey the rule")
  func optimal() {
    var random = TestRandom("cheapest repair")
    for _ in 0..<40 {
      // A limit of 9 for two or four weights up to 6: every choice can be tried.
      let rule: SumRule = Bool.random(using: &random) ? .pair : .quad
      let count = rule == .pair ? 2 : 6
      let exact = (0..<count).map { _ in Float.random(in: -2...6.4, using: &random) }
      let importance = (0..<count).map { _ in Float.random(in: 0.1...3, using: &random) }
      var levels = exact.map { Int8($0.rounded(.toNearestOrEven)) }
      let repair = SumRuleRepair(rule: rule, limit: 9, segmentLength: count)
      _ = repair.repair(&levels, exact: exact, importance: importance)
      func cost(_ levels: [Int8]) -> Double {
        WeightRounding.cost(levels, exact: exact, importance: importance, scale: 1)
      }
      // Only the members of a set move, and sets are apart, so each is tried alone.
      for set in Self.sets(rule, count) {
        var cheapest = Double.infinity
        var candidate = levels
        func search(_ place: Int) {
          guard place < set.count else {
            if Self.holds(rule, candidate, segment: count, limit: 9) {
              cheapest = min(cheapest, cost(candidate))
            }
            return
          }
          for level in -2...7 {
            candidate[set[place]] = Int8(level)
            search(place + 1)
          }
        }
        search(0)
        #expect(cost(levels) <= cheapest + 1e-4)
      }
    }
  }

  @Test("the proof of a block is what its definition says")
  func blockProof() {
    var random = TestRandom("block proofs")
    var found: Set<UInt8> = []
    for upper in [127, 255] {
      for _ in 0..<60 {
        var record = NodeRecord(operation: .convolution, input: 0, output: 1)
        (record.kernelHeight, record.kernelWidth) = (Int.random(in: 1...2, using: &random), 3)
        (record.dilationY, record.dilationX, record.groups) = (
          1, Int.random(in: 1...2, using: &random), 1
        )
        let (inputs, outputs) = (Int.random(in: 1...9, using: &random), 20)
        let layout = BlockLayout(record, inputChannels: inputs, outputChannels: outputs)
        let length = layout.channelLength
        let deviation = Float([8, 16, 24, 40, 60].randomElement(using: &random) ?? 8)
        let plain = random.normal(outputs * length, deviation: deviation).map {
          Int8(min(max($0, -127), 127))
        }
        let proofs = BlockProof.prove(layout.weights(plain), layout, upper: upper)
        #expect(proofs.count == 2)
        for (block, proof) in proofs.enumerated() {
          let channels = (block * 16..<min(block * 16 + 16, outputs)).map {
            Array(plain[$0 * length..<($0 + 1) * length])
          }
          func holds(_ rule: SumRule) -> Bool {
            channels.allSatisfy {
              Self.holds(rule, $0, segment: layout.segmentLength, limit: 32767 / upper)
            }
          }
          let expected: SumRule = holds(.quad) ? .quad : holds(.pair) ? .pair : .none
          #expect(proof == expected.rawValue)
          found.insert(proof)
        }
      }
    }
    #expect(found == [0, 1, 2])
  }
}
