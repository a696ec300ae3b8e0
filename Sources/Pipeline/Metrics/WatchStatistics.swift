// SPDX-License-Identifier: Apache-2.0

/// Three numbers about many latencies, in milliseconds.
public struct LatencySummary: Sendable, Equatable {
  public var median: Double = 0
  public var p99: Double = 0
  public var maximum: Double = 0
}

/// How a watcher does: over the time since the last statistics, and since the start.
public struct WatchStatistics: Sendable {
  public var seconds: Double = 0
  public var frames = 0
  public var dropped = 0
  public var damaged = 0
  /// Classified frames that show none of the model's classes; nil where it has no threshold.
  public var unknown: Int?
  public var age = LatencySummary()
  public var prepare = LatencySummary()
  public var network = LatencySummary()
  public var totalFrames = 0
  public var totalDropped = 0
  public var totalDamaged = 0
  public var totalUnknown: Int?
  public var faults = 0
  public var uptimeSeconds: Double = 0
  /// Of one core, over the time.
  public var processorPercent: Double = 0
  public var residentByteCount = 0
  /// The hottest processor zone; nil where the board exposes none.
  public var temperatureCelsius: Double?

  /// Classified frames a second.
  public var rate: Double { seconds > 0 ? Double(frames) / seconds : 0 }
}
