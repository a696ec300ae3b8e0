// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A seeded generator (SplitMix64). `SWIFTLET_TEST_SEED` replays a run.
struct TestRandom: RandomNumberGenerator {
  private(set) var seed: UInt64
  private var state: UInt64

  init(_ fallback: UInt64) {
    seed =
      ProcessInfo.processInfo.environment["SWIFTLET_TEST_SEED"].flatMap(UInt64.init) ?? fallback
    state = seed
  }

  /// Goes on as a generator of that seed would begin.
  mutating func jump(to seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
