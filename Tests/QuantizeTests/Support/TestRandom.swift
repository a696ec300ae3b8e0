// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// A seeded generator whose seed is printed. `SWIFTLET_TEST_SEED` replays a run.
struct TestRandom: RandomNumberGenerator {
  private var generator: SeededGenerator

  /// A new seed each run, but for a replay.
  init(_ name: String) {
    let seed =
      ProcessInfo.processInfo.environment["SWIFTLET_TEST_SEED"].flatMap(UInt64.init)
      ?? UInt64.random(in: 0...UInt64.max)
    print("\(name): SWIFTLET_TEST_SEED=\(seed) replays it")
    generator = SeededGenerator(seed: seed)
  }

  /// Always the same numbers.
  init(fixed seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func next() -> UInt64 { generator.next() }

  /// Numbers with mean 0 and deviation `deviation`, the sum of twelve uniform ones.
  mutating func normal(_ count: Int, deviation: Float) -> [Float] {
    (0..<count).map { _ in
      let sum = (0..<12).reduce(Float(0)) { sum, _ in
        sum + Float.random(in: -0.5...0.5, using: &self)
      }
      return sum * deviation
    }
  }
}
