// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Foundation
import Runtime
import Testing

@testable import Pipeline

@Suite("Watching with a model that tells unknown frames", .serialized)
struct UnknownFrameTests {
  /// Two images and a threshold between their scores.
  private struct Pair {
    let known: Image
    let unknown: Image
    let threshold: Float

    init() throws {
      let images = (0..<16).map { EmbeddingModel.image($0) }
      let scores = try images.map { try EmbeddingModel.score($0) }
      let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
      let worst = scores.indices.min { scores[$0] < scores[$1] } ?? 0
      (known, unknown) = (images[best], images[worst])
      threshold = (scores[best] + scores[worst]) / 2
      try #require(scores[worst] < threshold)
    }
  }

  private static func show(_ image: Image, _ feed: Feed, milliseconds: UInt64) {
    image.pixels.withUnsafeBytes { bytes in
      let pixels = FramePixels(
        layout: .rgb, width: image.width, height: image.height, range: .full, bytes: bytes,
        bytesPerRow: image.bytesPerRow)
      _ = feed.exchange.offer(
        PendingFrame(
          slot: 0, content: .pixels(pixels), sequence: 1,
          timestampNanoseconds: milliseconds * 1_000_000))
      _ = feed.exchange.waitUntilIdle(stop: feed.stop)
    }
  }

  /// Shows a frame every 100 ms.
  private func watch(
    _ images: [Image], threshold: Float?, _ decision: DecisionOptions, board: WatchBoard,
    sinks: [WatchSink]
  ) throws {
    let feed = Feed()
    let thread = try #require(
      WorkerThread {
        for (index, image) in images.enumerated() {
          Self.show(image, feed, milliseconds: UInt64(index) * 100)
        }
        feed.post(.ended)
      })
    var options = WatchOptions()
    options.decision = decision
    var watcher = Watcher(
      try EmbeddingModel.classifier(threshold: threshold), modelName: "model", source: "script",
      feed: feed, options: options, sinks: sinks, board: board, writesMetrics: true)
    _ = watcher.run()
    thread.join()
  }

  @Test func aFrameBelowTheThresholdHasNoLabelAndIsCounted() throws {
    let pair = try Pair()
    let record = RecordingSink()
    try watch(
      [pair.known, pair.unknown, pair.known, pair.unknown], threshold: pair.threshold,
      .independentFrames, board: WatchBoard(), sinks: [record.sink])
    #expect(record.results.map(\.isUnknown) == [false, true, false, true])
    #expect(record.results.map { $0.label == nil } == [false, true, false, true])
    #expect(record.results.map(\.hasChanged) == [true, true, true, true])
    let scores = try [pair.known, pair.unknown].map { try EmbeddingModel.score($0) }
    #expect(record.results.prefix(2).map(\.rejectionScore) == scores)
    let statistics = record.events.compactMap { event in
      if case .stats(let statistics) = event { statistics } else { nil }
    }
    #expect(statistics.last?.totalUnknown == 2)
  }

  /// The label goes when half of the smoothed frames are unknown, 0.3 s after the first of them.
  @Test func oneUnknownFrameAmongManyTakesNoLabelAway() throws {
    let pair = try Pair()
    let record = RecordingSink()
    let images =
      [pair.known, pair.known, pair.unknown, pair.known]
      + Array(repeating: pair.unknown, count: 8)
    var decision = DecisionOptions()
    (decision.enterThreshold, decision.leaveThreshold) = (0, 0)
    try watch(
      images, threshold: pair.threshold, decision, board: WatchBoard(), sinks: [record.sink])
    let labels = record.results.map { $0.label != nil }
    #expect(labels.prefix(4).allSatisfy { $0 } && labels.suffix(5).allSatisfy { !$0 }, "\(labels)")
  }

  @Test func withoutAThresholdNothingIsUnknown() throws {
    let pair = try Pair()
    let record = RecordingSink()
    try watch(
      [pair.known, pair.unknown], threshold: nil, .independentFrames, board: WatchBoard(),
      sinks: [record.sink])
    #expect(record.results.allSatisfy { $0.label != nil && !$0.isUnknown })
    #expect(record.results.allSatisfy { $0.rejectionScore == nil })
    #expect(!record.lines.contains { $0.contains("unknown") || $0.contains("rejection") })
  }

  @Test func anUnknownFrameAllocatesNothing() throws {
    let pair = try Pair()
    let counter = AllocationSink()
    try watch(
      (0..<12).map { $0 % 2 == 0 ? pair.known : pair.unknown }, threshold: pair.threshold,
      .independentFrames, board: WatchBoard(),
      sinks: [counter, LineSink(open("/dev/null", O_WRONLY), name: "n", patienceMilliseconds: 0)])
    #expect(counter.counts.count == 12)
    let growth = zip(counter.counts.dropFirst(5), counter.counts.dropFirst(4)).map { $0 - $1 }
    #if DEBUG
      // As in WatcherTests.
      let (least, most) = (growth.min() ?? 0, growth.max() ?? 0)
      #expect(most - least <= 4, "\(growth)")
    #else
      #expect(growth.allSatisfy { $0 == 0 }, "\(growth)")
    #endif
  }
}
