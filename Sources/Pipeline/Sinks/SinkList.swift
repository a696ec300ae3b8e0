// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// All sinks of a watcher, and which of them fail at the moment.
struct SinkList {
  private struct Entry {
    let sink: WatchSink
    var failingSince: UInt64?
    /// Lines that it did not take since then.
    var lostCount = 0
    var isGone = false
  }

  private var entries: [Entry]
  private var json = JSONLine()

  init(_ sinks: [WatchSink]) { entries = sinks.map { Entry(sink: $0) } }

  /// Whether there were sinks for results and none of them is left.
  var areAllGone: Bool {
    var count = 0
    for entry in entries where entry.sink.takesResults {
      if !entry.isGone { return false }
      count += 1
    }
    return count > 0
  }

  /// The shortest time between two heartbeats that a sink asks for; nil where none does.
  var heartbeatSeconds: Double? { entries.compactMap { $0.sink.heartbeatSeconds }.min() }

  func beat() { for entry in entries { entry.sink.beat() } }

  func reopen() { for entry in entries where !entry.isGone { entry.sink.reopen() } }

  /// Gives an event to every sink.
  ///
  /// - Returns: the faults that began and ended with it, to be written in turn.
  mutating func write(_ event: WatchEvent) -> [WatchEvent] {
    json.write(event, nanosecondsSince1970: swiftlet_wall_nanoseconds())
    var news: [WatchEvent] = []
    for index in entries.indices where !entries[index].isGone {
      let sink = entries[index].sink
      if case .result(let result) = event,
        !sink.takesResults || (sink.takesChangesOnly && !result.hasChanged)
      {
        continue
      }
      if let failure = sink.write(event, line: json.bytes) {
        entries[index].lostCount += 1
        entries[index].isGone = failure.isFinal
        guard entries[index].failingSince == nil else { continue }
        entries[index].failingSince = swiftlet_nanoseconds()
        news.append(
          .fault(
            Fault(
              sink.faultKind, message: failure.message, device: sink.name, errno: failure.errno)))
      } else if let since = entries[index].failingSince {
        entries[index].failingSince = nil
        let seconds = Double(swiftlet_nanoseconds() - since) * 1e-9
        news.append(
          .recovered(
            Recovery(
              kind: sink.faultKind, downSeconds: seconds, count: entries[index].lostCount)))
        entries[index].lostCount = 0
      }
    }
    return news
  }
}
