// SPDX-License-Identifier: Apache-2.0

/// Hears at least once a second that a watch lives, and at last how it ended; results are no concern of it.
package final class LifeSink: WatchSink {
  private let onBeat: () -> Bool
  private let onEnd: (EndReason) -> Void
  private var isOver = false

  /// - Parameters:
  ///   - onBeat: returns whether it wants to hear more, of the end too.
  ///   - onEnd: called once, unless `onBeat` has had enough.
  package init(
    name: String, onBeat: @escaping () -> Bool, onEnd: @escaping (EndReason) -> Void
  ) {
    self.onBeat = onBeat
    self.onEnd = onEnd
    super.init(name: name)
  }

  package override var takesResults: Bool { false }
  package override var heartbeatSeconds: Double? { isOver ? nil : 1 }

  package override func beat() {
    if !isOver { isOver = !onBeat() }
  }

  package override func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? {
    guard !isOver, case .end(let reason, _, _) = event else { return nil }
    isOver = true
    onEnd(reason)
    return nil
  }
}
