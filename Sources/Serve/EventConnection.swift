// SPDX-License-Identifier: Apache-2.0
import FlyingSocks
import FoundationEssentials

/// One client of `/events`, until it leaves, is too slow, or the server stops.
struct EventConnection: Sendable {
  let socket: AsyncSocket
  let hub: EventHub
  let watchdog: Watchdog
  /// Of the response. A client that has read it misses no event from there on.
  let head: [UInt8]

  func run() async {
    let (client, events, continuation) = hub.join()
    defer { hub.leave(client) }
    try? await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await write(events) }
      group.addTask { try await noticeTheEnd() }
      group.addTask { try await beat(into: continuation) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func write(_ events: EventHub.Events) async throws {
    try await write(head)
    for await bytes in events { try await write(bytes) }
  }

  private func write(_ bytes: [UInt8]) async throws {
    try await watchdog.limit(seconds: ServeLimits.writeSeconds) {
      try await socket.write(Data(bytes))
    }
  }

  /// Reading is how a closed connection shows; what a client sends here is not looked at.
  private func noticeTheEnd() async throws {
    var byteCount = 0
    while byteCount < ServeLimits.requestByteCount {
      byteCount += try await socket.read(atMost: 1024).count
    }
  }

  /// A comment line, so that both sides notice a dead connection.
  private func beat(into continuation: EventHub.Events.Continuation) async throws {
    while true {
      try await Task.sleep(for: .seconds(ServeLimits.heartbeatSeconds))
      continuation.yield(Array(": still here\n\n".utf8))
    }
  }
}
