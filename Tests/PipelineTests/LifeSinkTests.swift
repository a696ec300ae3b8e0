// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Testing

@testable import Pipeline

@Suite("Hearing that a watch lives", .serialized)
struct LifeSinkTests {
  /// Watches nothing for a while.
  private func watch(_ milliseconds: Int, _ sink: WatchSink) throws {
    let feed = Feed()
    let thread = try #require(
      WorkerThread {
        _ = feed.sleep(milliseconds: milliseconds)
        feed.post(.ended)
      })
    var watcher = Watcher(
      try BundledModel.classifier(), modelName: "model", source: "script", feed: feed,
      options: WatchOptions(), sinks: [sink])
    #expect(watcher.run() == .endOfInput)
    thread.join()
  }

  @Test("It is told at the start, each second and at the end")
  func everySecond() throws {
    var beats = 0
    var ends: [EndReason] = []
    let sink = LifeSink(
      name: "life",
      onBeat: {
        beats += 1
        return true
      }, onEnd: { ends.append($0) })
    try watch(1500, sink)
    #expect(beats == 2)
    #expect(ends == [.endOfInput])
  }

  @Test("Who has heard enough is told nothing more, and costs no time")
  func enough() throws {
    var beats = 0
    let sink = LifeSink(
      name: "life",
      onBeat: {
        beats += 1
        return false
      }, onEnd: { _ in beats += 100 })
    let before = swiftlet_processor_nanoseconds()
    try watch(1000, sink)
    let busy = Double(swiftlet_processor_nanoseconds() - before) * 1e-9
    #expect(beats == 1)
    #expect(busy < 0.5, "a watcher that spins takes all of the second")
  }
}
