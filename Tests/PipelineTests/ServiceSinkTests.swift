// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Pipeline

/// The service manager's end of a notification socket.
private final class ManagerSocket {
  let name: String
  private let descriptor: Int32

  /// - Parameter name: a path or, after `@`, an abstract name.
  init(_ name: String) throws {
    self.name = name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isAbstract = name.hasPrefix("@")
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: name.utf8)
      if isAbstract { bytes[0] = 0 }
    }
    let length = MemoryLayout<sa_family_t>.size + name.utf8.count + (isAbstract ? 0 : 1)
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, socklen_t(length))
      }
    }
    try #require(code == 0)
  }

  deinit { close(descriptor) }

  /// What came since the last call.
  func messages() -> [String] {
    var found: [String] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return found }
      found.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }
}

@Suite("Words to a service manager", .serialized)
struct ServiceSinkTests {
  private let start = WatchEvent.start(
    WatchStart(
      version: "1", model: "birds", classes: 2, source: "0", instructionSet: "scalar", threads: 1))

  private func check(_ name: String) throws {
    let manager = try ManagerSocket(name)
    let sink = ServiceSink(socket: name, watchdogSeconds: 10)
    #expect(sink.write(start, line: []) == nil)
    #expect(sink.write(.result(WatchResult()), line: []) == nil)
    sink.beat()
    #expect(sink.write(.end(.signal, frames: 0, uptimeSeconds: 1), line: []) == nil)
    #expect(
      manager.messages() == [
        "READY=1\nSTATUS=birds waits for 0", "WATCHDOG=1", "STOPPING=1",
      ])
    #expect(sink.heartbeatSeconds == 5)
  }

  @Test("It is told of the start, of life and of the end, at a path")
  func path() throws {
    try withTemporaryFolder { try check($0 + "/notify") }
  }

  @Test("And at an abstract name")
  func abstractName() throws {
    try check("@swiftlet-test-" + UUID().uuidString)
  }

  @Test(
    "A socket that is not there is a failure that names it",
    arguments: [
      "/nowhere/notify", "@swiftlet-nobody", "relative", "@", String(repeating: "/", count: 200),
    ])
  func noManager(_ name: String) {
    let failure = ServiceSink(socket: name, watchdogSeconds: nil).write(start, line: [])
    #expect(failure?.errno != 0)
    #expect(failure?.message.contains(name) == true)
  }

  @Test("The environment says where, how often, and to whom")
  func environment() {
    defer { for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] { unsetenv(name) } }
    #expect(ServiceSink.ofEnvironment() == nil)
    setenv("NOTIFY_SOCKET", "@x", 1)
    #expect(ServiceSink.ofEnvironment()?.heartbeatSeconds == nil)
    setenv("WATCHDOG_USEC", "3000000", 1)
    #expect(ServiceSink.ofEnvironment()?.heartbeatSeconds == 1.5)
    setenv("WATCHDOG_PID", "\(getpid())", 1)
    #expect(ServiceSink.ofEnvironment()?.heartbeatSeconds == 1.5)
    setenv("WATCHDOG_PID", "1", 1)
    #expect(ServiceSink.ofEnvironment()?.heartbeatSeconds == nil)
    setenv("NOTIFY_SOCKET", "", 1)
    #expect(ServiceSink.ofEnvironment() == nil)
  }

  @Test("A watcher without frames lives, and says so")
  func heartbeat() throws {
    let manager = try ManagerSocket("@swiftlet-test-" + UUID().uuidString)
    let feed = Feed()
    var watcher = Watcher(
      try BundledModel.classifier(), modelName: "model", source: "script", feed: feed,
      options: WatchOptions(), sinks: [ServiceSink(socket: manager.name, watchdogSeconds: 0.1)])
    let thread = try #require(
      WorkerThread {
        _ = feed.sleep(milliseconds: 500)
        feed.post(.ended)
      })
    #expect(watcher.run() == .endOfInput)
    thread.join()
    let beats = manager.messages().filter { $0 == "WATCHDOG=1" }.count
    #expect((4...11).contains(beats), "every 50 ms for half a second, on a busy machine fewer")
  }

  @Test("A service manager is nobody who reads results")
  func noAudience() throws {
    let gone = ClosureSink(name: "reader") { _, _ in SinkFailure("gone", isFinal: true) }
    let manager = try ManagerSocket("@swiftlet-test-" + UUID().uuidString)
    var list = SinkList([gone, ServiceSink(socket: manager.name, watchdogSeconds: nil)])
    _ = list.write(start)
    #expect(list.areAllGone)
    var alone = SinkList([ServiceSink(socket: manager.name, watchdogSeconds: nil)])
    _ = alone.write(start)
    #expect(!alone.areAllGone)
  }
}
