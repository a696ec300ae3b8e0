// SPDX-License-Identifier: Apache-2.0
import CKernels

#if !hasFeature(Embedded)
  @testable import Runtime
#endif

// The kernel tests, but for those of preprocessing, also build as Embedded Swift, for scripts/test-arm.

/// A seeded generator (SplitMix64), so that a failing case can be replayed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: values.indices, using: &self)] }
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Memory aligned to 64 bytes that its owner hands to kernels.
final class AlignedBytes {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int, filledWith byte: UInt8 = 0) {
    bytes = .allocate(byteCount: count, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: byte)
  }
  deinit { bytes.deallocate() }

  func pointer<T>(_ type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    bytes.baseAddress!.assumingMemoryBound(to: type)
  }
  var contents: [UInt8] { Array(bytes) }
}

/// Bias, multipliers and clamps for `channels` rounded up to whole blocks.
final class RandomRequantization {
  let bias: AlignedBytes
  let multiplier: AlignedBytes
  let value: swiftlet_requantization

  /// - Parameter spread: the usual magnitude of an accumulator, which the multipliers make fit a
  ///   byte, so that both clamps and everything between occur.
  /// - Parameter largest: no accumulator, bias apart, exceeds this; some multipliers bring it near to
  ///   the 2^30 that the verifier allows, and some products are denormal.
  init(channels: Int, spread: Double, largest: Double, using random: inout SeededGenerator) {
    let padded = (channels + 15) / 16 * 16
    bias = AlignedBytes(count: max(padded * 4, 64))
    multiplier = AlignedBytes(count: max(padded * 4, 64))
    for n in 0..<channels {
      let reach = Int32(max(spread, 2))
      bias.pointer(Int32.self)[n] = Int32.random(in: -reach...reach, using: &random)
      // A power of two makes ties, which must round to even.
      let scale = Float(Double.random(in: 20...400, using: &random) / max(spread, 1))
      multiplier.pointer(Float.self)[n] = random.chance(40) ? scale.binade : scale
      if random.chance(3) { multiplier.pointer(Float.self)[n] = .leastNormalMagnitude / 8 }
      if random.chance(3) {
        multiplier.pointer(Float.self)[n] = Float(0x1p29 / (largest + Double(reach)))
      }
    }
    let lower = random.pick([0, 0, 1, 17])
    let upper = random.pick([127, 255, 254, 90])
    value = swiftlet_requantization(
      bias: bias.pointer(Int32.self), multiplier: multiplier.pointer(Float.self),
      zero_point: Int32(random.pick([0, 1, 64, 127, 128, 255])), lower: Int32(lower),
      upper: Int32(upper))
  }
}

/// Input bytes of one pattern: random, or the extremes.
func fillInput(
  _ bytes: UnsafeMutableRawBufferPointer, upper: Int, using random: inout SeededGenerator
) {
  let style = Int.random(in: 0..<5, using: &random)
  for i in bytes.indices {
    switch style {
    case 0: bytes[i] = UInt8(upper)
    case 1: bytes[i] = random.pick([0, UInt8(upper)])
    default: bytes[i] = UInt8.random(in: 0...UInt8(upper), using: &random)
    }
  }
}

/// Expects two outputs to be the same.
func expectSame(_ actual: [UInt8], _ expected: [UInt8], _ context: @autoclosure () -> String) {
  guard let difference = firstDifference(actual, expected) else { return }
  expect(false, "\(difference): \(context()), seed \(kernelTestSeed)")
}

func text(_ range: Range<Int>) -> String { "\(range.lowerBound)..<\(range.upperBound)" }

/// The first place where two outputs differ, for a readable failure.
func firstDifference(_ actual: [UInt8], _ expected: [UInt8]) -> String? {
  for i in expected.indices where actual[i] != expected[i] {
    return "byte \(i): \(actual[i]) instead of \(expected[i])"
  }
  return nil
}
