// SPDX-License-Identifier: Apache-2.0
import Bundle
import CPlatform
import Pipeline

/// Trusts a bundle that is new on the board once the watch has gone on for a good minute.
final class TrialSink: WatchSink {
  private var trial: BoardTrial?
  private let due: UInt64

  init(_ trial: BoardTrial) {
    self.trial = trial
    due = swiftlet_nanoseconds() + UInt64(BoardStart.goodMilliseconds) * 1_000_000
    super.init(name: "the board's bundles")
  }

  override var takesResults: Bool { false }
  override var heartbeatSeconds: Double? { trial == nil ? nil : 1 }

  override func beat() {
    guard let trial, swiftlet_nanoseconds() >= due else { return }
    self.trial = nil
    tell { () throws(BundleError) in try trial.settle() }
  }

  override func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? {
    // Only an end by a fault speaks against the bundle.
    guard case .end(let reason, _, _) = event, reason != .error, let trial else { return nil }
    self.trial = nil
    tell { () throws(BundleError) in try trial.withdraw() }
    return nil
  }

  /// What cannot be written down is on trial again at the next start.
  private func tell(_ body: () throws(BundleError) -> Void) {
    do throws(BundleError) { try body() } catch {
      Terminal.write(
        "swiftlet-run: " + error.description + "\n", to: Terminal.standardError)
    }
  }
}
