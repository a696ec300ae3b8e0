// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Glibc

/// SIGINT and SIGTERM ask a run to end after its step; the second one ends it at once. SIGUSR1, the
/// one that mpirun passes on, asks for the same.
enum Interrupt {
  /// The end that was asked for: exit code 130, as shells have it for an interrupted program.
  struct Ended: Error {
    static let code: Int32 = 130
    /// What is kept, and how to go on.
    var what: String
  }

  nonisolated(unsafe) private static var isInstalled = false
  nonisolated(unsafe) private static var wasRequested = false

  static func install() {
    guard !isInstalled else { return }
    isInstalled = true
    swiftlet_signals_install(-1)
  }

  static var isRequested: Bool {
    let asking = Int32(SWIFTLET_SIGNAL_STOP) | Int32(SWIFTLET_SIGNAL_STATISTICS)
    if swiftlet_signals_take() & asking != 0 { wasRequested = true }
    return wasRequested
  }
}
