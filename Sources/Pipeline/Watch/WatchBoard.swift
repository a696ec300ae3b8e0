// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// What other threads may know of a watcher at any time.
package final class WatchBoard: @unchecked Sendable {
  private let lock = Lock()
  private var metricsText = ""
  private var fault: Fault?
  private var lastFrameNanoseconds: UInt64 = 0

  package init() {}

  // MARK: - The watcher's side

  func note(fault: Fault?) { lock.withLock { self.fault = fault } }
  func noteFrame(_ nanoseconds: UInt64) { lock.withLock { lastFrameNanoseconds = nanoseconds } }
  func note(metrics text: String) { lock.withLock { metricsText = text } }

  // MARK: - The others' side

  /// Prometheus text, format 0.0.4, at most about a second old.
  package var metrics: String { lock.withLock { metricsText } }

  /// Whether frames are classified, and what is wrong where they are not.
  package var health: (isHealthy: Bool, text: String) {
    lock.withLock {
      if let fault { return (false, "\(fault.kind.name): \(fault.message)") }
      if lastFrameNanoseconds == 0 { return (false, "no frame was classified yet") }
      return (true, "ok")
    }
  }
}
