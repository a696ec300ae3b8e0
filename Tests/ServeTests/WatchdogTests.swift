// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Serve

extension ServeTests.Limits {
  @Test func `the watchdog barks when a client takes too long`() async {
    let watchdog = Watchdog()
    let clock = ContinuousClock()
    let start = clock.now
    await #expect(throws: Watchdog.Barked.self) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await watchdog.run() }
        group.addTask {
          try await watchdog.limit(seconds: 0.1) { try await Task.sleep(for: .seconds(60)) }
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
    #expect(clock.now - start < .seconds(30))
  }

  @Test func `the watchdog is still while nothing is late`() async throws {
    let watchdog = Watchdog()
    let value = try await watchdog.limit(seconds: 60) { 7 }
    #expect(value == 7)
    let run = Task { try await watchdog.run() }
    try await Task.sleep(for: .milliseconds(1500))
    run.cancel()
    await #expect(throws: CancellationError.self) { try await run.value }
  }
}
