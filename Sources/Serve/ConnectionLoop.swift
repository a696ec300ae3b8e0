// SPDX-License-Identifier: Apache-2.0
import FlyingSocks
import FoundationEssentials
import Synchronization

/// Accepts connections until it is cancelled, never more at once than the limit.
struct ConnectionLoop: Sendable {
  let socket: Socket
  let router: Router

  /// Throws where the system no longer says what happens on sockets.
  func run() async throws {
    let pool = SocketPool.make(maxEvents: ServeLimits.connectionCount)
    try await pool.prepare()
    let listener = try AsyncSocket(socket: socket, pool: pool)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pool.run() }
      group.addTask { try await accept(on: listener) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func accept(on listener: AsyncSocket) async throws {
    let openCount = OpenCount()
    try await withThrowingDiscardingTaskGroup { group in
      while true {
        guard let client = try await next(on: listener) else { continue }
        guard openCount.enter() else {
          refuse(client)
          continue
        }
        group.addTask {
          await ClientConnection(socket: client, router: router).run()
          try? client.close()
          openCount.leave()
        }
      }
    }
  }

  /// Nil: this connection failed, or there are no file descriptors for a moment.
  private func next(on listener: AsyncSocket) async throws -> AsyncSocket? {
    do {
      return try await listener.accept()
    } catch SocketError.failed {
      try await Task.sleep(for: .milliseconds(100))
      return nil
    }
  }

  /// One attempt that does not wait: a fresh connection's buffer has the room.
  private func refuse(_ client: AsyncSocket) {
    let response = Response(
      503, "there are \(ServeLimits.connectionCount) connections already; try again later")
    _ = try? client.socket.write(Data(response.bytes(keepsAlive: false, isHead: false)))
    try? client.close()
  }
}

/// How many connections are open.
private final class OpenCount: Sendable {
  private let count = Mutex(0)

  func enter() -> Bool {
    count.withLock { count in
      guard count < ServeLimits.connectionCount else { return false }
      count += 1
      return true
    }
  }

  func leave() {
    count.withLock { $0 -= 1 }
  }
}
