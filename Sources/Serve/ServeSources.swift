// SPDX-License-Identifier: Apache-2.0

/// What the server asks the program for. Each is called on a background thread, one call at a time
/// for `snapshot`, any number at once for the others.
package struct ServeSources: Sendable {
  /// The latest frame as JPEG, made when asked; nil: there is none yet.
  package let snapshot: @Sendable () -> [UInt8]?
  /// Prometheus text format 0.0.4, each line ended.
  package let metrics: @Sendable () -> String
  package let health: @Sendable () -> (isHealthy: Bool, text: String)
  /// Called once if the server has to end by itself.
  package let failure: @Sendable (String) -> Void

  package init(
    snapshot: @escaping @Sendable () -> [UInt8]?,
    metrics: @escaping @Sendable () -> String,
    health: @escaping @Sendable () -> (isHealthy: Bool, text: String),
    failure: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.snapshot = snapshot
    self.metrics = metrics
    self.health = health
    self.failure = failure
  }
}
