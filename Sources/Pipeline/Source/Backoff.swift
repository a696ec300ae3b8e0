// SPDX-License-Identifier: Apache-2.0

/// Growing pauses between attempts.
struct Backoff {
  /// In milliseconds.
  private let first: Int
  private let limit: Int
  private var current: Int

  init(firstMilliseconds: Int, limitMilliseconds: Int) {
    first = firstMilliseconds
    limit = limitMilliseconds
    current = firstMilliseconds
  }

  /// The pause before the next attempt; the one after it is twice as long.
  mutating func nextMilliseconds() -> Int {
    let pause = current
    current = min(current * 2, limit)
    return pause
  }

  mutating func reset() { current = first }
}
