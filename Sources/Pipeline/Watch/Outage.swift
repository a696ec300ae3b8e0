// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// A time without frames, from the first fault to the first frame after it.
struct Outage {
  /// The fault that it began with.
  let first: FaultKind
  private(set) var latest: FaultKind
  private let startNanoseconds = swiftlet_nanoseconds()

  init(_ kind: FaultKind) {
    first = kind
    latest = kind
  }

  var seconds: Double { Double(swiftlet_nanoseconds() - startNanoseconds) * 1e-9 }

  /// Whether a further fault is news. That an unplugged camera is absent is none.
  mutating func isNews(_ kind: FaultKind) -> Bool {
    guard kind != latest else { return false }
    if kind == .cameraAbsent && first == .cameraGone {
      latest = first
      return false
    }
    latest = kind
    return true
  }
}

/// Damaged frames that follow each other closely.
struct DamageEpisode {
  /// So long without damage ends an episode.
  static let quietNanoseconds: UInt64 = 1_000_000_000

  private let startNanoseconds = swiftlet_nanoseconds()
  private var lastNanoseconds = swiftlet_nanoseconds()
  private(set) var count = 0

  var seconds: Double { Double(lastNanoseconds - startNanoseconds) * 1e-9 }

  mutating func add(_ more: Int) {
    count += more
    lastNanoseconds = swiftlet_nanoseconds()
  }

  func isOver(at nanoseconds: UInt64) -> Bool {
    nanoseconds > lastNanoseconds + Self.quietNanoseconds
  }
}
