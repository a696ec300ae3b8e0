// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// A moment until which is waited.
struct Deadline {
  /// nil: no end.
  private let endNanoseconds: UInt64?

  init(_ timeoutMilliseconds: Int) {
    if timeoutMilliseconds < 0 {
      endNanoseconds = nil
    } else {
      let wait = UInt64(min(timeoutMilliseconds, Int(Int32.max))) * 1_000_000
      endNanoseconds = swiftlet_nanoseconds() + wait
    }
  }

  /// What poll() takes: milliseconds rounded up, -1 for no end.
  var remaining: Int32 {
    guard let endNanoseconds else { return -1 }
    let now = swiftlet_nanoseconds()
    return now >= endNanoseconds ? 0 : Int32((endNanoseconds - now + 999_999) / 1_000_000)
  }
}
