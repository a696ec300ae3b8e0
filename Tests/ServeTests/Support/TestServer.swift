// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization
import Testing

@testable import Serve

/// A started server on a free port with sources that a test sets.
final class TestServer: Sendable {
  struct Content {
    var picture: [UInt8]? = [0xFF, 0xD8, 0xFF, 0xD9]
    var isHealthy = true
  }

  let server: WatchServer
  let port: UInt16
  private let box: ContentBox

  init(token: String? = nil, address: String = "127.0.0.1:0") throws {
    let box = ContentBox()
    server = WatchServer(
      options: try ServeOptions(address: address, token: token),
      sources: ServeSources(
        snapshot: { box.content.withLock { $0.picture } },
        metrics: { "swiftlet_frames_total 7\n" },
        health: {
          box.content.withLock { $0.isHealthy } ? (true, "streaming") : (false, "camera-gone")
        }))
    try server.start()
    port = try #require(server.boundAddress?.port)
    self.box = box
  }

  func set(_ change: (inout Content) -> Void) { box.content.withLock { change(&$0) } }

  /// The whole answer to one request.
  func answer(
    _ target: String, method: String = "GET", headers: String = "Host: localhost\r\n"
  ) throws -> String {
    let client = try TestClient(port: port)
    client.get(target, method: method, headers: headers + "Connection: close\r\n")
    return client.readToEnd()
  }

  /// Polls for up to five seconds.
  func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<500 {
      if condition() { return true }
      _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(10))
    }
    return condition()
  }
}

private final class ContentBox: Sendable {
  let content = Mutex(TestServer.Content())
}
