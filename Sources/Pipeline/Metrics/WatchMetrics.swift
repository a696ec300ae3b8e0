// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Counts what a watcher does.
struct WatchMetrics {
  private(set) var age = LatencyHistogram()
  private(set) var network = LatencyHistogram()
  private(set) var prepare = LatencyHistogram()
  private var ageSamples = LatencySamples()
  private var networkSamples = LatencySamples()
  private var prepareSamples = LatencySamples()

  private(set) var frames = 0
  private(set) var damaged = 0
  /// Nil where the model cannot tell unknown frames.
  private(set) var unknown: Int?
  private(set) var faults = 0
  /// The totals at the last statistics.
  private var lastFrames = 0
  private var lastDamaged = 0
  private var lastUnknown = 0
  private var lastDropped = 0

  let startNanoseconds = swiftlet_nanoseconds()
  private var periodNanoseconds = swiftlet_nanoseconds()
  private var processorNanoseconds = swiftlet_processor_nanoseconds()

  var uptimeSeconds: Double { Double(swiftlet_nanoseconds() - startNanoseconds) * 1e-9 }

  /// - Parameter tellsUnknown: whether the model has a threshold for unknown frames.
  init(tellsUnknown: Bool = false) { unknown = tellsUnknown ? 0 : nil }

  mutating func noteUnknown() { unknown = unknown.map { $0 + 1 } }

  mutating func noteFrame(age: Double, prepare: Double, network: Double) {
    frames += 1
    self.age.add(milliseconds: age)
    self.prepare.add(milliseconds: prepare)
    self.network.add(milliseconds: network)
    ageSamples.add(milliseconds: age)
    prepareSamples.add(milliseconds: prepare)
    networkSamples.add(milliseconds: network)
  }

  mutating func noteDamaged(_ count: Int) { damaged += count }
  mutating func noteFault() { faults += 1 }

  /// The statistics of the period, which ends.
  ///
  /// - Parameter dropped: since the start.
  mutating func takeStatistics(dropped: Int) -> WatchStatistics {
    let now = swiftlet_nanoseconds()
    let processor = swiftlet_processor_nanoseconds()
    var statistics = WatchStatistics()
    statistics.seconds = Double(now - periodNanoseconds) * 1e-9
    statistics.frames = frames - lastFrames
    statistics.dropped = dropped - lastDropped
    statistics.damaged = damaged - lastDamaged
    statistics.unknown = unknown.map { $0 - lastUnknown }
    statistics.age = ageSamples.takeSummary()
    statistics.prepare = prepareSamples.takeSummary()
    statistics.network = networkSamples.takeSummary()
    statistics.totalFrames = frames
    statistics.totalDropped = dropped
    statistics.totalDamaged = damaged
    statistics.totalUnknown = unknown
    statistics.faults = faults
    statistics.uptimeSeconds = Double(now - startNanoseconds) * 1e-9
    if statistics.seconds > 0 {
      let busy = Double(processor - processorNanoseconds) * 1e-9
      statistics.processorPercent = 100 * busy / statistics.seconds
    }
    statistics.residentByteCount = SystemReadings.residentByteCount()
    statistics.temperatureCelsius = SystemReadings.temperatureCelsius()
    (lastFrames, lastDropped, lastDamaged) = (frames, dropped, damaged)
    lastUnknown = unknown ?? 0
    periodNanoseconds = now
    processorNanoseconds = processor
    return statistics
  }
}
