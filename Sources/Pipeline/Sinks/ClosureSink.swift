// SPDX-License-Identifier: Apache-2.0

/// Hands events to a closure, for sinks that live elsewhere.
package final class ClosureSink: WatchSink {
  private let body: (WatchEvent, [UInt8]) -> SinkFailure?

  package init(
    name: String, faultKind: FaultKind = .sinkFailed,
    _ body: @escaping (WatchEvent, [UInt8]) -> SinkFailure?
  ) {
    self.body = body
    super.init(name: name, faultKind: faultKind)
  }

  package override func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? {
    body(event, line)
  }
}
