// SPDX-License-Identifier: Apache-2.0

extension JSONLine {
  /// The version of the schema in docs/events.md.
  static let schemaVersion = 1

  /// Writes one event.
  package mutating func write(_ event: WatchEvent, nanosecondsSince1970 nanoseconds: Int64) {
    begin()
    add("schema", Self.schemaVersion)
    add("event", event.kind)
    addTime("time", nanosecondsSince1970: nanoseconds)
    switch event {
    case .start(let start): add(start)
    case .source(let source, let fault, let seconds): add(source, fault, seconds)
    case .result(let result): add(result)
    case .fault(let fault): add(fault)
    case .recovered(let recovery): add(recovery)
    case .stats(let statistics): add(statistics)
    case .end(let reason, let frames, let seconds):
      add("reason", reason.name)
      add("frames", frames)
      add("uptime_seconds", seconds, digits: 3)
    }
    end()
  }

  private mutating func add(_ start: WatchStart) {
    add("version", start.version)
    add("model", start.model)
    add("classes", start.classes)
    add("source", start.source)
    add("instruction_set", start.instructionSet)
    add("threads", start.threads)
  }

  private mutating func add(
    _ source: SourceDescription, _ fault: FaultKind?, _ downSeconds: Double
  ) {
    add("state", "streaming")
    add("device", source.device)
    add("name", source.name)
    add("format", source.format)
    add("width", source.width)
    add("height", source.height)
    add("rate", source.rate, digits: 3)
    if let fault {
      add("recovered_from", fault.name)
      add("down_seconds", downSeconds, digits: 3)
    }
  }

  private mutating func add(_ result: WatchResult) {
    add("frame", result.frame)
    add("label", result.label)
    if let index = result.classIndex { add("class", index) } else { addNull("class") }
    add("probability", Double(result.probability), digits: 4)
    add("changed", result.hasChanged)
    if let score = result.rejectionScore {
      add("unknown", result.isUnknown)
      add("rejection_score", Double(score), digits: 6)
    }
    beginArray("top")
    for entry in result.top {
      beginElement()
      add("label", entry.label)
      add("class", entry.classIndex)
      add("probability", Double(entry.probability), digits: 4)
      end()
    }
    endArray()
    if let digest = result.outputDigest { add("digest", hexadecimal: digest) }
    if let path = result.path { add("path", path) }
    add("age_ms", result.ageMilliseconds, digits: 3)
    add("prepare_ms", result.prepareMilliseconds, digits: 3)
    add("network_ms", result.networkMilliseconds, digits: 3)
    add("dropped", result.dropped)
  }

  private mutating func add(_ fault: Fault) {
    add("fault", fault.kind.name)
    add("message", fault.message)
    add("device", fault.device)
    add("errno", Int(fault.errno))
  }

  private mutating func add(_ recovery: Recovery) {
    add("fault", recovery.kind.name)
    add("down_seconds", recovery.downSeconds, digits: 3)
    add("count", recovery.count)
  }

  private mutating func add(_ statistics: WatchStatistics) {
    add("seconds", statistics.seconds, digits: 3)
    add("frames", statistics.frames)
    add("dropped", statistics.dropped)
    add("damaged", statistics.damaged)
    if let unknown = statistics.unknown { add("unknown", unknown) }
    add("rate", statistics.rate, digits: 3)
    add("age_ms", statistics.age)
    add("prepare_ms", statistics.prepare)
    add("network_ms", statistics.network)
    add("total_frames", statistics.totalFrames)
    add("total_dropped", statistics.totalDropped)
    add("total_damaged", statistics.totalDamaged)
    if let unknown = statistics.totalUnknown { add("total_unknown", unknown) }
    add("faults", statistics.faults)
    add("uptime_seconds", statistics.uptimeSeconds, digits: 3)
    add("cpu_percent", statistics.processorPercent, digits: 2)
    add("resident_bytes", statistics.residentByteCount)
    if let temperature = statistics.temperatureCelsius {
      add("temperature_celsius", temperature, digits: 1)
    }
  }

  private mutating func add(_ key: StaticString, _ summary: LatencySummary) {
    beginObject(key)
    add("p50", summary.median, digits: 3)
    add("p99", summary.p99, digits: 3)
    add("max", summary.maximum, digits: 3)
    end()
  }
}
