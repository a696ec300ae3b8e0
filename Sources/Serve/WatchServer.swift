// SPDX-License-Identifier: Apache-2.0
import Dispatch
import FlyingSocks
import Synchronization

/// The local web page, event stream, metrics, snapshot and health of a running `swiftlet watch`.
///
///     let server = WatchServer(options: try ServeOptions(), sources: sources)
///     try server.start()
///     server.publish(#"{"schema":1,"event":"start"}"#)
///     server.stop()
package final class WatchServer: Sendable {
  private struct Running {
    var socket: Socket
    var task: Task<Void, Never>
    var ended: DispatchSemaphore
  }

  private let options: ServeOptions
  private let router: Router
  private let hub = EventHub()
  private let executor = ServeExecutor()
  private let running = Mutex<Running?>(nil)

  package init(options: ServeOptions, sources: ServeSources) {
    self.options = options
    router = Router(
      access: AccessRule(token: options.token, isLoopback: options.address.isLoopback),
      sources: sources, snapshot: SnapshotSource(sources.snapshot), hub: hub)
  }

  deinit { stop() }

  /// Binds, then answers in the background. Throws where the address cannot be used.
  package func start() throws(ServeError) {
    let socket = try ListeningSocket.open(options.address)
    let loop = ConnectionLoop(socket: socket, router: router)
    let ended = DispatchSemaphore(value: 0)
    let failure = router.sources.failure
    let task = Task.detached(executorPreference: executor) {
      do {
        try await loop.run()
      } catch {
        if !Task.isCancelled { failure("the server stopped: \(error)") }
      }
      ended.signal()
    }
    running.withLock { $0 = Running(socket: socket, task: task, ended: ended) }
  }

  /// Hands one event, a JSON object without a line feed, to all clients. From any thread; never
  /// blocks. What is no event, or longer than 64 KiB, is dropped and counted.
  package nonisolated func publish(_ line: String) {
    hub.publish(line)
  }

  /// The address in use: `host:port` with the system's choice for port 0; nil: not started.
  package var boundAddress: ServeAddress? {
    guard let name = running.withLock({ try? $0?.socket.sockname() }) else { return nil }
    return switch name {
    case .ip4(let host, let port): try? ServeAddress("\(host):\(port)")
    case .ip6(let host, let port): try? ServeAddress("[\(host)]:\(port)")
    case .unix: nil
    }
  }

  package var clientCount: Int { hub.clientCount }
  package var droppedEventCount: Int { hub.droppedCount }

  /// Gives clients up to a second to take what was published, then closes everything. A server that
  /// was stopped is not started again. Blocks; not for asynchronous code.
  package func stop() {
    let running = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let running else { return }
    hub.finish()
    let deadline = DispatchTime.now() + ServeLimits.stopSeconds
    while hub.clientCount > 0, DispatchTime.now() < deadline { pause(milliseconds: 5) }
    running.task.cancel()
    _ = running.ended.wait(timeout: .now() + ServeLimits.stopSeconds)
    try? running.socket.close()
  }

  private func pause(milliseconds: Int) {
    _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(milliseconds))
  }
}
