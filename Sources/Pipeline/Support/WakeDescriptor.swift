// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// A descriptor that one thread makes readable to wake another one out of `poll`.
package final class WakeDescriptor: Sendable {
  /// -1 when the system has no descriptor left; then waiting ends by its timeout only.
  package let descriptor: Int32

  package init() { descriptor = swiftlet_wake_create() }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Makes it readable.
  package func signal() { swiftlet_wake_signal(descriptor) }

  /// Makes it unreadable again.
  package func drain() { swiftlet_wake_drain(descriptor) }

  /// Waits until it is readable, without draining it.
  ///
  /// - Parameter milliseconds: at most so long; nil: for ever.
  /// - Returns: whether it is readable.
  @discardableResult
  package func wait(milliseconds: Int? = nil) -> Bool {
    swiftlet_wait_readable(descriptor, -1, Int64(milliseconds ?? -1)) & 1 != 0
  }
}
