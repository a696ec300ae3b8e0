// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Says once that an outage began, and once that it is over.
final class OutageReports: Sendable {
  private let isOut = Mutex(false)
  private let onFailure: @Sendable (String) -> Void
  private let onRecovery: @Sendable () -> Void

  init(
    onFailure: @escaping @Sendable (String) -> Void, onRecovery: @escaping @Sendable () -> Void
  ) {
    self.onFailure = onFailure
    self.onRecovery = onRecovery
  }

  func failed(_ message: String) {
    let isNew = isOut.withLock { isOut in
      defer { isOut = true }
      return !isOut
    }
    if isNew { onFailure(message) }
  }

  func connected() {
    let wasOut = isOut.withLock { isOut in
      defer { isOut = false }
      return isOut
    }
    if wasOut { onRecovery() }
  }
}
