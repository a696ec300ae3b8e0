// SPDX-License-Identifier: Apache-2.0

extension WatchMetrics {
  /// All metrics in Prometheus' text format 0.0.4.
  ///
  /// - Parameters:
  ///   - dropped: frames passed over since the start.
  ///   - isStreaming: whether the source delivers frames.
  func prometheusText(dropped: Int, isStreaming: Bool) -> String {
    var text = ""
    func metric(_ name: String, _ type: String, _ help: String, _ value: String) {
      text += "# HELP swiftlet_\(name) \(help)\n# TYPE swiftlet_\(name) \(type)\n"
      text += "swiftlet_\(name) \(value)\n"
    }
    metric("frames_total", "counter", "Frames classified.", "\(frames)")
    metric("frames_dropped_total", "counter", "Frames passed over for a newer one.", "\(dropped)")
    metric("frames_damaged_total", "counter", "Frames that could not be used.", "\(damaged)")
    if let unknown {
      metric(
        "frames_unknown_total", "counter", "Frames that show none of the classes.", "\(unknown)")
    }
    metric("faults_total", "counter", "Faults of the source and of sinks.", "\(faults)")
    metric(
      "source_up", "gauge", "1 while the source delivers frames, else 0.", isStreaming ? "1" : "0")
    metric("uptime_seconds", "gauge", "Seconds since the start.", "\(uptimeSeconds)")
    metric(
      "resident_memory_bytes", "gauge", "Resident memory.",
      "\(SystemReadings.residentByteCount())")
    if let temperature = SystemReadings.temperatureCelsius() {
      metric(
        "temperature_celsius", "gauge", "The hottest zone that the board exposes.",
        "\(temperature)")
    }
    text += histogram("frame_age_seconds", "From a frame's timestamp to its result.", age)
    text += histogram("prepare_seconds", "Decoding and preprocessing of a frame.", prepare)
    text += histogram("network_seconds", "The network on a frame.", network)
    return text
  }

  private func histogram(_ name: String, _ help: String, _ histogram: LatencyHistogram) -> String {
    var text = "# HELP swiftlet_\(name) \(help)\n# TYPE swiftlet_\(name) histogram\n"
    var total: UInt64 = 0
    for index in LatencyHistogram.bounds.indices {
      total += histogram.counts[index]
      let bound = LatencyHistogram.bounds[index] / 1000
      text += "swiftlet_\(name)_bucket{le=\"\(bound)\"} \(total)\n"
    }
    total += histogram.counts[LatencyHistogram.bounds.count]
    text += "swiftlet_\(name)_bucket{le=\"+Inf\"} \(total)\n"
    text += "swiftlet_\(name)_sum \(histogram.sumMilliseconds / 1000)\n"
    text += "swiftlet_\(name)_count \(total)\n"
    return text
  }
}
