// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Pipeline

@Suite("Metrics")
struct MetricsTests {
  @Test func quantilesAreNearestRanks() {
    var samples = LatencySamples()
    for value in (1...200).reversed() { samples.add(milliseconds: Double(value)) }
    #expect(samples.takeSummary() == LatencySummary(median: 100, p99: 198, maximum: 200))
    #expect(samples.takeSummary() == LatencySummary())
  }

  @Test func theNewestSamplesCountAndTheMaximumOfAll() {
    var samples = LatencySamples()
    samples.add(milliseconds: 1000)
    for _ in 0..<LatencySamples.capacity { samples.add(milliseconds: 1) }
    #expect(samples.takeSummary() == LatencySummary(median: 1, p99: 1, maximum: 1000))
  }

  @Test func aBucketTakesItsUpperBound() {
    var histogram = LatencyHistogram()
    for value in [0.25, 0.26, 5000, 5001] { histogram.add(milliseconds: value) }
    #expect(histogram.counts.first == 1)
    #expect(histogram.counts[1] == 1)
    #expect(histogram.counts.suffix(2) == [1, 1])
    #expect(histogram.sumMilliseconds == 0.25 + 0.26 + 10_001)
  }

  @Test func prometheusTextHasEveryBucketAndRisingCounts() {
    var metrics = WatchMetrics()
    for index in 0..<10 {
      metrics.noteFrame(age: Double(index), prepare: 0.1, network: 3)
    }
    let text = metrics.prometheusText(dropped: 7, isStreaming: true)
    #expect(text.contains("\nswiftlet_frames_total 10\n"))
    #expect(text.contains("\nswiftlet_frames_dropped_total 7\n"))
    #expect(text.contains("\nswiftlet_source_up 1\n"))
    #expect(text.contains("swiftlet_frame_age_seconds_bucket{le=\"+Inf\"} 10\n"))
    #expect(text.contains("swiftlet_network_seconds_count 10\n"))
    #expect(text.hasSuffix("\n"))
    let counts = text.split(separator: "\n").filter { $0.hasPrefix("swiftlet_frame_age_seconds_b") }
      .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(counts.count == LatencyHistogram.bounds.count + 1)
    #expect(counts == counts.sorted())
  }

  @Test func unknownFramesAreCountedWhereTheModelTellsThem() {
    var metrics = WatchMetrics(tellsUnknown: true)
    metrics.noteUnknown()
    metrics.noteUnknown()
    #expect(metrics.takeStatistics(dropped: 0).unknown == 2)
    metrics.noteUnknown()
    let statistics = metrics.takeStatistics(dropped: 0)
    #expect(statistics.unknown == 1 && statistics.totalUnknown == 3)
    let text = metrics.prometheusText(dropped: 0, isStreaming: true)
    #expect(text.contains("\nswiftlet_frames_unknown_total 3\n"))
    var plain = WatchMetrics()
    #expect(!plain.prometheusText(dropped: 0, isStreaming: true).contains("unknown"))
    #expect(plain.takeStatistics(dropped: 0).totalUnknown == nil)
  }

  @Test func statisticsCoverTheTimeSinceTheLastOnes() {
    var metrics = WatchMetrics()
    metrics.noteFrame(age: 5, prepare: 1, network: 2)
    metrics.noteDamaged(3)
    let first = metrics.takeStatistics(dropped: 4)
    #expect(first.frames == 1 && first.dropped == 4 && first.damaged == 3)
    #expect(first.residentByteCount > 1 << 20)
    metrics.noteFrame(age: 5, prepare: 1, network: 2)
    let second = metrics.takeStatistics(dropped: 5)
    #expect(second.frames == 1 && second.dropped == 1 && second.damaged == 0)
    #expect(second.totalFrames == 2 && second.totalDropped == 5 && second.totalDamaged == 3)
  }
}

@Suite("Region of interest")
struct RegionTests {
  @Test func pixelsAndPercentsMix() throws {
    let region = try #require(RegionOfInterest("25%,10,50%,100"))
    let part = try #require(region.resolve(width: 640, height: 480))
    #expect((part.x, part.y, part.width, part.height) == (160, 10, 320, 100))
  }

  @Test func whatSticksOutIsCutOff() throws {
    let region = try #require(RegionOfInterest("600,400,100,100"))
    let part = try #require(region.resolve(width: 640, height: 480))
    #expect((part.x, part.y, part.width, part.height) == (600, 400, 40, 80))
    #expect(region.resolve(width: 600, height: 480) == nil)
  }

  @Test(arguments: ["", "1,2,3", "1,2,3,4,5", "a,0,1,1", "-1,0,1,1", "0,0,101%,1", "0,0,nan%,1"])
  func anythingElseIsRefused(_ text: String) {
    #expect(RegionOfInterest(text) == nil)
  }
}
