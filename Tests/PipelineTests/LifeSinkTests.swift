// SPDX-License-Identifier: Apache-2.0
import Foundation
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

  /// Processor time of this thread, which the watcher runs on.
  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  @Test("Who has heard enough is told nothing more, and costs no time")
  func enough() throws {
    var beats = 0
    var before = 0.0
    let sink = LifeSink(
      name: "life",
      onBeat: {
        beats += 1
        before = processorSeconds()
        return false
      }, onEnd: { _ in beats += 100 })
    try watch(2000, sink)
    let busy = processorSeconds() - before
    #expect(beats == 1)
    #expect(busy < 0.05, "a watcher that spins takes all of the second one")
  }
}
