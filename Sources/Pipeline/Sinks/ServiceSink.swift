// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Tells a service manager such as systemd how a watch does: that it is ready, what it is at, that it
/// is alive, and that it ends. Source: sd_notify(3).
package final class ServiceSink: WatchSink {
  private let socket: String
  private let watchdogSeconds: Double?

  /// - Parameters:
  ///   - socket: a path or, after `@`, an abstract name.
  ///   - watchdogSeconds: so long without a word, and the manager takes the service for hung; nil: it
  ///     does not mind.
  package init(socket: String, watchdogSeconds: Double?) {
    self.socket = socket
    self.watchdogSeconds = watchdogSeconds
    super.init(name: "the service manager")
  }

  /// The manager that started this process; nil where none wants to hear of it.
  package static func ofEnvironment() -> ServiceSink? {
    guard let socket = swiftlet_environment("NOTIFY_SOCKET") else { return nil }
    return ServiceSink(socket: String(cString: socket), watchdogSeconds: watchdogOfEnvironment())
  }

  private static func watchdogOfEnvironment() -> Double? {
    if let process = number("WATCHDOG_PID"), process != Int(getpid()) { return nil }
    guard let microseconds = number("WATCHDOG_USEC"), microseconds > 0 else { return nil }
    return Double(microseconds) * 1e-6
  }

  private static func number(_ name: String) -> Int? {
    swiftlet_environment(name).flatMap { Int(String(cString: $0)) }
  }

  package override var takesResults: Bool { false }

  /// Twice as often as the manager asks, as its manual advises.
  package override var heartbeatSeconds: Double? { watchdogSeconds.map { $0 / 2 } }

  package override func beat() { _ = send("WATCHDOG=1") }

  package override func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? {
    switch event {
    case .start(let start): send("READY=1\nSTATUS=" + start.model + " waits for " + start.source)
    case .source(let source, _, _):
      send("STATUS=classifies what " + source.name + " shows (" + source.device + ")")
    case .fault(let fault): send("STATUS=" + fault.kind.name + ": " + fault.message)
    case .recovered(let recovery): send("STATUS=" + recovery.kind.name + " is over")
    case .end: send("STOPPING=1")
    case .result, .stats: nil
    }
  }

  private func send(_ message: String) -> SinkFailure? {
    var message = message
    let code = message.withUTF8 { utf8 -> Int32 in
      guard let base = utf8.baseAddress else { return 0 }
      return swiftlet_service_notify(socket, base, utf8.count)
    }
    guard code != 0 else { return nil }
    return SinkFailure(
      "NOTIFY_SOCKET " + socket + " takes no message; start the service again", errno: code)
  }
}
