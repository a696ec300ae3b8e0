// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

/// The bias from which kernels start that multiply signed bytes.
struct CentredBiasTests {
  private static let groups = 6

  /// The sums of one block for an input, by the definition of the layout.
  private func sums(
    _ weights: [Int8], _ bias: [Int32], _ input: (_ group: Int, _ place: Int) -> Int32
  ) -> [Int32] {
    (0..<16).map { n in
      var sum = bias[n]
      for group in 0..<Self.groups {
        for place in 0..<4 {
          sum &+= input(group, place) &* Int32(weights[group * 64 + n * 4 + place])
        }
      }
      return sum
    }
  }

  @Test(
    "Centred inputs with the centred bias give the sums of the inputs as they are",
    arguments: [SWIFTLET_INPUT_S8, SWIFTLET_INPUT_S8_ALTERNATING])
  func sumsAreTheSame(_ kind: swiftlet_input) {
    var random = SeededGenerator(seed: kernelTestSeed &+ 21)
    for _ in 0..<20 {
      let weights = (0..<Self.groups * 64).map { _ in
        random.pick([Int8.min, Int8.max, Int8.random(in: -127...127, using: &random)])
      }
      let bias = (0..<16).map { _ in Int32.random(in: -1_000_000...1_000_000, using: &random) }
      let inputs = (0..<Self.groups * 4).map { _ in
        random.pick([0, 255, Int32.random(in: 0...255, using: &random)])
      }
      var centred = [Int32](repeating: 0, count: 16)
      swiftlet_centre_bias(kind, weights, weights.count, bias, &centred)
      let isAlternating = kind == SWIFTLET_INPUT_S8_ALTERNATING
      let expected = sums(weights, bias) { inputs[$0 * 4 + $1] }
      let actual = sums(weights, centred) {
        inputs[$0 * 4 + $1] - (isAlternating && $0 % 2 == 1 ? 127 : 128)
      }
      #expect(actual == expected, "seed \(kernelTestSeed)")
    }
  }

  @Test("A bias near the end of its range comes back")
  func wraps() {
    let weights = [Int8](repeating: 127, count: 64)
    var centred = [Int32](repeating: 0, count: 16)
    swiftlet_centre_bias(
      SWIFTLET_INPUT_S8, weights, 64, [Int32](repeating: .max, count: 16), &centred)
    #expect(centred.allSatisfy { $0 &- 4 * 127 * 128 == .max })
  }
}
