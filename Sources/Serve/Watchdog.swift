// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Ends a connection that waits too long for its client. One timer a connection: a timer for each
/// write would be kept until its time has come, even where the write ended at once.
final class Watchdog: Sendable {
  struct Barked: Error {}

  private let deadline = Mutex<ContinuousClock.Instant?>(nil)

  /// Throws within a second after a deadline passed; otherwise runs until it is cancelled.
  func run() async throws {
    while true {
      try await Task.sleep(for: .seconds(1))
      let isLate = deadline.withLock { deadline in deadline.map { $0 < ContinuousClock.now } }
      if isLate == true { throw Barked() }
    }
  }

  /// One limit at a time.
  func limit<Value: Sendable>(
    seconds: Double, _ body: () async throws -> Value
  ) async throws -> Value {
    deadline.withLock { $0 = ContinuousClock.now + .seconds(seconds) }
    defer { deadline.withLock { $0 = nil } }
    return try await body()
  }
}
