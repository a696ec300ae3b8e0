// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Foundation
import Pictures
import Runtime
import Testing

@testable import Pipeline

@Suite("Watching a scripted source", .serialized)
struct WatcherTests {
  /// Runs a watcher over what `script` does to its feed on another thread.
  private func watch(
    _ options: WatchOptions = WatchOptions(), sink: RecordingSink,
    _ script: @escaping @Sendable (Feed) -> Void
  ) throws -> EndReason {
    let feed = Feed()
    let thread = try #require(WorkerThread { script(feed) })
    var watcher = Watcher(
      try BundledModel.classifier(), modelName: "model", source: "script", feed: feed,
      options: options, sinks: [sink.sink])
    let reason = watcher.run()
    thread.join()
    return reason
  }

  private static let camera = SourceDescription(
    device: "/dev/video0", name: "Camera", format: "RGB3", width: 0, height: 0, rate: 30)

  /// Offers a picture and waits until it is classified.
  private static func show(_ image: Image, _ feed: Feed, milliseconds: UInt64 = 0) {
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

  @Test func framesBecomeResultsBetweenStartAndEnd() throws {
    let cat = try Pictures.decode(path: BundledModel.picturePath("cat.jpg"))
    let sink = RecordingSink()
    var options = WatchOptions()
    options.decision = .independentFrames
    options.statisticsSeconds = nil
    let reason = try watch(options, sink: sink) { feed in
      feed.post(.streaming(Self.camera))
      Self.show(cat, feed)
      Self.show(cat, feed)
      feed.post(.ended)
    }
    #expect(reason == .endOfInput)
    #expect(sink.kinds == ["start", "source", "result", "result", "end"])
    #expect(sink.results.map(\.label) == ["Egyptian cat", "Egyptian cat"])
    #expect(sink.results.map(\.hasChanged) == [true, false])
    #expect(sink.results.map(\.frame) == [1, 2])
    #expect(sink.results[0].top.count == 5)
    #expect(sink.results[0].top[0].label == "Egyptian cat")
  }

  @Test func theResultIsThatOfClassify() throws {
    let cat = try Pictures.decode(path: BundledModel.picturePath("cat.jpg"))
    var classifier = try BundledModel.classifier()
    let expected = try classifier.classify(cat, top: 5)
    let sink = RecordingSink()
    _ = try watch(sink: sink) { feed in
      Self.show(cat, feed)
      feed.post(.ended)
    }
    let top = try #require(sink.results.first?.top)
    #expect(top.map(\.label) == expected.map(\.label))
    #expect(top.map(\.probability) == expected.map(\.probability))
  }

  @Test func anOutageIsOneFaultAndOneRecovery() throws {
    let sink = RecordingSink()
    let reason = try watch(sink: sink) { feed in
      func fault(_ kind: FaultKind) { feed.post(.fault(Fault(kind, message: "m", device: "d"))) }
      feed.post(.streaming(Self.camera))
      fault(.cameraGone)
      fault(.cameraAbsent)
      fault(.cameraAbsent)
      fault(.cameraBusy)
      fault(.cameraBusy)
      feed.post(.streaming(Self.camera))
      fault(.cameraFrozen)
      feed.post(.ended)
    }
    #expect(reason == .endOfInput)
    #expect(sink.faults == [.cameraGone, .cameraBusy, .cameraFrozen])
    let recoveries = sink.events.compactMap { event in
      if case .source(_, let fault, _) = event { fault } else { nil }
    }
    #expect(recoveries == [.cameraGone])
  }

  /// The second sink fails just when it is told that the first one has.
  @Test func noFailureOfASinkIsLost() throws {
    let record = RecordingSink()
    let first = ClosureSink(name: "first") { event, _ in
      event.kind == "source" ? SinkFailure("first") : nil
    }
    let second = ClosureSink(name: "second") { event, _ in
      event.kind == "fault" ? SinkFailure("second") : nil
    }
    let feed = Feed()
    feed.post(.streaming(Self.camera))
    feed.post(.ended)
    var watcher = Watcher(
      try BundledModel.classifier(), modelName: "model", source: "script", feed: feed,
      options: WatchOptions(), sinks: [first, second, record.sink])
    _ = watcher.run()
    let devices = record.events.compactMap { event in
      if case .fault(let fault) = event { fault.device } else { nil }
    }
    #expect(devices.first == "first" && devices.contains("second"), "\(devices)")
    #expect(record.kinds.filter { $0 == "recovered" }.count >= 2)
  }

  @Test func damageIsOneFaultAndItsCount() throws {
    let sink = RecordingSink()
    _ = try watch(sink: sink) { feed in
      feed.post(.streaming(Self.camera))
      for _ in 0..<5 { feed.noteDamaged("cut short", device: "/dev/video0") }
      _ = feed.sleep(milliseconds: 1700)
      feed.post(.ended)
    }
    #expect(sink.faults == [.frameDamaged])
    let counts = sink.events.compactMap { event in
      if case .recovered(let recovery) = event { recovery.count } else { nil }
    }
    #expect(counts == [5])
  }

  @Test func aFrameThatLiesAboutItsSizeIsDamaged() throws {
    let sink = RecordingSink()
    _ = try watch(sink: sink) { feed in
      let bytes = [UInt8](repeating: 128, count: 100)
      bytes.withUnsafeBytes { bytes in
        let pixels = FramePixels(
          layout: .yuyv, width: 640, height: 480, bytes: bytes, bytesPerRow: 1280)
        _ = feed.exchange.offer(
          PendingFrame(slot: 0, content: .pixels(pixels), sequence: 1, timestampNanoseconds: 0))
        _ = feed.exchange.waitUntilIdle(stop: feed.stop)
      }
      feed.post(.ended)
    }
    #expect(sink.faults == [.frameDamaged])
    #expect(sink.results.isEmpty)
  }

  @Test func theFirstFaultEndsTheWatchWhereThatIsAskedFor() throws {
    let sink = RecordingSink()
    var options = WatchOptions()
    options.exitsOnError = true
    let reason = try watch(options, sink: sink) { feed in
      feed.post(.fault(Fault(.cameraAbsent, message: "m", device: "d")))
      _ = feed.sleep(milliseconds: 10_000)
    }
    #expect(reason == .error)
    #expect(sink.kinds.last == "end")
  }

  @Test func theMaximumRateIsKept() throws {
    let cat = try Pictures.decode(path: BundledModel.picturePath("cat.jpg"))
    let sink = RecordingSink()
    var options = WatchOptions()
    options.maximumRate = 2
    _ = try watch(options, sink: sink) { feed in
      for _ in 0..<3 { Self.show(cat, feed) }
      feed.post(.ended)
    }
    guard case .end(_, let frames, let seconds)? = sink.events.last else {
      Issue.record("there is no end")
      return
    }
    #expect(frames == 3)
    #expect(seconds >= 1, "three frames at two a second")
  }

  /// Counted on the watcher's thread, from one result to the next: everything that is done for a
  /// frame lies in between.
  @Test func aFrameAllocatesNothing() throws {
    let cat = try Pictures.decode(path: BundledModel.picturePath("cat.jpg"))
    let counter = AllocationSink()
    let feed = Feed()
    let thread = try #require(
      WorkerThread {
        for index in 0..<8 { Self.show(cat, feed, milliseconds: UInt64(index) * 33) }
        feed.post(.ended)
      })
    var watcher = Watcher(
      try BundledModel.classifier(), modelName: "model", source: "script", feed: feed,
      options: WatchOptions(),
      sinks: [counter, LineSink(open("/dev/null", O_WRONLY), name: "n", patienceMilliseconds: 0)])
    _ = watcher.run()
    thread.join()
    #expect(counter.counts.count == 8)
    let growth = zip(counter.counts.dropFirst(3), counter.counts.dropFirst(2)).map { $0 - $1 }
    #if DEBUG
      // Without optimization closures lie on the heap, some for each time that the loop wakes: as
      // many for the last frames as for the first ones.
      let (least, most) = (growth.min() ?? 0, growth.max() ?? 0)
      #expect(most - least <= 4, "\(growth)")
    #else
      #expect(growth == [0, 0, 0, 0, 0])
    #endif
  }

  @Test func aStreamOfClassificationsEndsWithItsReader() async throws {
    let cat = try Pictures.decode(path: BundledModel.picturePath("cat.jpg"))
    let feed = Feed()
    var labels: [String?] = []
    let stream = ClassificationStream(feed, options: WatchOptions(), onEvent: nil)
      .start(try BundledModel.classifier(), named: "script") {
        while !feed.isStopping { Self.show(cat, feed) }
        feed.post(.ended)
      }
    for try await result in Classifications(stream) {
      labels.append(result.label)
      if labels.count == 3 { break }
    }
    #expect(labels == ["Egyptian cat", "Egyptian cat", "Egyptian cat"])
  }
}

/// Notes the allocations of the watcher's thread at each result.
final class AllocationSink: WatchSink {
  private(set) var counts: [UInt64] = []

  init() {
    super.init(name: "counter")
    counts.reserveCapacity(64)
  }

  override func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? {
    if case .result = event { counts.append(swiftlet_allocation_count()) }
    return nil
  }
}
