// SPDX-License-Identifier: Apache-2.0

/// Why a sink could not take an event.
package struct SinkFailure {
  /// What happened, where, and what to do next.
  package var message: String
  /// The system's error number; 0 for none.
  package var errno: Int32
  /// Whether it can never take one again.
  package var isFinal: Bool

  package init(_ message: String, errno: Int32 = 0, isFinal: Bool = false) {
    self.message = message
    self.errno = errno
    self.isFinal = isFinal
  }
}

/// Takes events. It is called on the watcher's thread and must not block for long.
///
/// A class to be overridden, and no protocol, because Embedded Swift has no existentials.
package class WatchSink {
  /// What it is called in faults: a path, a URL, `standard output`.
  package let name: String
  /// The fault that its failures are.
  package let faultKind: FaultKind
  /// Whether it takes only results whose label changed.
  package var takesChangesOnly = false

  package init(name: String, faultKind: FaultKind = .sinkFailed) {
    self.name = name
    self.faultKind = faultKind
  }

  /// Whether it is there for results, or only for what happens beside them.
  package var takesResults: Bool { true }
  /// How often it wants to be told that the watcher is alive, in seconds; nil: never.
  package var heartbeatSeconds: Double? { nil }

  /// Takes one event.
  ///
  /// - Parameter line: the same event as JSON, without a newline.
  package func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? { nil }

  /// Hears that the watcher is alive.
  package func beat() {}

  /// Opens its file again, because somebody moved the old one away.
  package func reopen() {}
}
