// SPDX-License-Identifier: Apache-2.0

/// Asks for one picture at a time, and gives the same one to all who ask within a moment: many
/// clients cost no more than one.
actor SnapshotSource {
  private let make: @Sendable () -> [UInt8]?
  private var latest: (bytes: [UInt8], time: ContinuousClock.Instant)?
  private static let freshness = Duration.milliseconds(80)

  init(_ make: @escaping @Sendable () -> [UInt8]?) {
    self.make = make
  }

  func jpeg() -> [UInt8]? {
    let now = ContinuousClock.now
    if let latest, now - latest.time < Self.freshness { return latest.bytes }
    latest = make().map { ($0, now) }
    return latest?.bytes
  }
}
