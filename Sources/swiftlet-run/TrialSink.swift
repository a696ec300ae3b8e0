// SPDX-License-Identifier: Apache-2.0
import Bundle
import CPlatform
import Pipeline

/// Trusts a bundle that is new on the board once the watch has gone on for a good minute.
enum TrialSink {
  static func make(_ trial: BoardTrial) -> WatchSink {
    let due = swiftlet_nanoseconds() + UInt64(BoardStart.goodMilliseconds) * 1_000_000
    return LifeSink(
      name: "the board's bundles",
      onBeat: {
        guard swiftlet_nanoseconds() >= due else { return true }
        tell { () throws(BundleError) in try trial.settle() }
        return false
      },
      onEnd: { reason in
        // Only an end by a fault speaks against the bundle.
        guard reason != .error else { return }
        tell { () throws(BundleError) in try trial.withdraw() }
      })
  }

  /// What cannot be written down is on trial again at the next start.
  private static func tell(_ body: () throws(BundleError) -> Void) {
    do throws(BundleError) { try body() } catch {
      Terminal.write(
        "swiftlet-run: " + error.description + "\n", to: Terminal.standardError)
    }
  }
}
