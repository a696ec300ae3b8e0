// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Runtime

@Suite("Proofs of weight blocks")
struct WeightProofTests {
  /// The rules as docs/model-format.md, *Proof*, words them.
  private func reference(_ weights: [Int8], upper: Int) -> WeightProof {
    func holds(_ places: [Int]) -> Bool {
      let found = places.filter { $0 < weights.count }.map { Int(weights[$0]) }
      let positive = found.filter { $0 > 0 }.reduce(0, +)
      let negative = found.filter { $0 < 0 }.reduce(0, -)
      return max(positive, negative) <= 32_767 / upper
    }
    var strongest = WeightProof.quad
    for pair in stride(from: 0, to: weights.count, by: 2) {
      guard holds([pair, pair + 1]) else { return .none }
      let isFirst = pair / 64 % 2 == 0
      if isFirst, !holds([pair, pair + 1, pair + 64, pair + 65]) { strongest = .pair }
    }
    return strongest
  }

  private func strongest(_ weights: [Int8], upper: Int) -> WeightProof {
    weights.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return .quad }
      return WeightProof.strongest(base, byteCount: buffer.count, inputUpper: upper)
    }
  }

  @Test("the strongest rule is that of the definition")
  func random() {
    var random = TestRandom(.random(in: 0...(.max)))
    print("weight proofs: SWIFTLET_TEST_SEED=\(random.seed) replays them")
    var seen: Set<WeightProof> = []
    for _ in 0..<3000 {
      let rows = Int.random(in: 0...5, using: &random)
      let reach = Int8.random(in: 1...127, using: &random)
      var weights = (0..<64 * rows).map { _ in Int8.random(in: -reach...reach, using: &random) }
      if let place = weights.indices.randomElement(using: &random), random.next() % 3 == 0 {
        weights[place] = -128
      }
      let upper = [127, 255, Int.random(in: 1...255, using: &random)].randomElement(using: &random)
      let expected = reference(weights, upper: upper ?? 127)
      #expect(strongest(weights, upper: upper ?? 127) == expected, "seed \(random.seed)")
      seen.insert(expected)
    }
    #expect(seen == [.none, .pair, .quad])
  }

  @Test("a bound that is just met holds, and one more does not", arguments: [-1, 1])
  func bounds(sign: Int) {
    // 32,767 / 255 = 128.
    for (first, place) in [0, 2, 62, 64, 126, 128, 190].enumerated() {
      var weights = [Int8](repeating: 0, count: 192)
      weights[place] = Int8(sign * (60 + first))
      weights[place + 1] = Int8(sign * (68 - first))
      #expect(strongest(weights, upper: 255) == .quad)
      weights[place] += Int8(sign)
      #expect(strongest(weights, upper: 255) == .none)
      weights[place] -= Int8(sign)
      let isPaired = place < 128
      if isPaired { weights[place ^ 64] = Int8(sign) }
      #expect(strongest(weights, upper: 255) == (isPaired ? .pair : .quad))
      if isPaired { weights[place ^ 64] = Int8(-sign) }
      #expect(strongest(weights, upper: 255) == .quad)
    }
  }
}
