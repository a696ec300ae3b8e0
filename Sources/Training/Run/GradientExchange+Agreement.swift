// SPDX-License-Identifier: Apache-2.0

extension GradientExchange {
  /// Whether any process says yes; all processes get the same answer.
  func any(_ answer: Bool) throws(TrainingError) -> Bool {
    guard size > 1 else { return answer }
    var count = [answer ? 1.0 : 0]
    try sum(&count)
    return count[0] > 0
  }

  /// This process's share of things that all of them have: every `size`th one.
  func share<Element>(_ all: [Element]) -> [Element] {
    stride(from: rank, to: all.count, by: size).map { all[$0] }
  }

  /// Makes sure that all processes have the same value.
  ///
  /// - Throws: `TrainingError` with `message`, in each process that has another one than the mean.
  func check(_ value: Fingerprint, _ message: @autoclosure () -> String) throws(TrainingError) {
    guard size > 1 else { return }
    // Halves of 32 bits add up exactly in binary64. All are the mean only where all are the same.
    let halves = [Double(value.bits >> 32), Double(value.bits & 0xFFFF_FFFF)]
    var sums = halves
    try sum(&sums)
    guard sums == halves.map({ $0 * Double(size) }) else { throw TrainingError(message()) }
  }
}

/// A hash that is the same in every process: FNV-1a, over words of 32 bits for numbers.
struct Fingerprint {
  private(set) var bits: UInt64 = 0xCBF2_9CE4_8422_2325

  private mutating func add(_ word: UInt32) {
    bits = (bits ^ UInt64(word)) &* 0x0000_0100_0000_01B3
  }

  mutating func add(_ number: Int) {
    add(UInt32(truncatingIfNeeded: number))
    add(UInt32(truncatingIfNeeded: number >> 32))
  }

  mutating func add(_ text: String) {
    add(text.utf8.count)
    for byte in text.utf8 { add(UInt32(byte)) }
  }

  mutating func add(_ values: [Float]) {
    add(values.count)
    for value in values { add(value.bitPattern) }
  }
}
