// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantize

@Suite("Ranges of activations")
struct RangeTests {
  private static func histogram(_ values: [Float], bins: Int = 4096) -> Histogram {
    var histogram = Histogram(
      lower: values.reduce(0, min), upper: max(values.reduce(0, max), 1e-30), binCount: bins)
    values.withUnsafeBufferPointer { histogram.add($0, inverseRatios: [1]) }
    return histogram
  }

  @Test("zero has a level of its own, both ends are reached, and no zero point gives a finer scale")
  func covering() {
    var random = TestRandom("covering")
    for _ in 0..<400 {
      let levels = Bool.random(using: &random) ? 127 : 255
      let size = Float.random(in: 1e-6...1e6, using: &random)
      let small = size * Float.random(in: 0...0.03, using: &random)
      let lower: Float = [0, -size, -small].randomElement(using: &random) ?? 0
      let upper: Float = [0, size, small].randomElement(using: &random) ?? 0
      let (scale, zeroPoint) = ActivationQuantization.covering(
        lower: lower, upper: upper, levels: levels)
      #expect((0...levels).contains(zeroPoint))
      guard lower < 0 || upper > 0 else { continue }
      let storage = ActivationQuantization(
        upper: levels, scale: scale, zeroPoint: zeroPoint, ratios: [1])
      #expect(storage.level(0) == zeroPoint)
      #expect(storage.value(zeroPoint) == 0)
      // A product of binary32 rounds once.
      #expect(storage.value(0) <= lower * 0.999_999)
      #expect(storage.value(levels) >= upper * 0.999_999)
      for other in 0...levels {
        let below = lower < 0 ? (other > 0 ? -lower / Float(other) : .infinity) : 0
        let above = upper > 0 ? (other < levels ? upper / Float(levels - other) : .infinity) : 0
        #expect(scale <= max(below, above) * 1.000_001, "\(lower)...\(upper) at \(other)")
      }
    }
  }

  @Test("levels round half to even and saturate, at infinity as well")
  func levels() {
    let storage = ActivationQuantization(upper: 127, scale: 0.5, zeroPoint: 10, ratios: [1])
    #expect([0.25, 0.75, -0.25, 1.25].map(storage.level) == [10, 12, 10, 12])
    #expect([1e30, -1e30, .infinity, -.infinity].map(storage.level) == [127, 0, 127, 0])
  }

  @Test("a histogram counts each value where it lies, divided by its channel's ratio")
  func histograms() {
    var histogram = Histogram(lower: -1, upper: 1, binCount: 4)
    let values: [Float] = [-2, -0.9, -0.1, 0.1, 0.6, 3]
    values.withUnsafeBufferPointer { histogram.add($0, inverseRatios: [1, 0.5]) }
    // -2, -0.45, -0.1, 0.05, 0.6, 1.5
    #expect(histogram.counts == [1, 2, 1, 2])
    #expect(histogram.total == 6)
    #expect(histogram.center(0) == -0.75)
    #expect(histogram.quantile(0) == -1)
    #expect(histogram.quantile(0.5) == 0)
    #expect(histogram.quantile(1) == 1)
  }

  @Test("the smallest and largest value are the range, with zero inside")
  func minMax() {
    let method = RangeMethod.minMax
    #expect(method.range(Self.histogram([-3, 1, 2]), levels: 127) == (-3, 2))
    #expect(method.range(Self.histogram([1, 2]), levels: 127) == (0, 2))
    #expect(method.range(Self.histogram([-1, -2]), levels: 127).lower == -2)
  }

  @Test("a percentile leaves as many values out as it says, at the sides that there are")
  func percentile() {
    var random = TestRandom("percentile")
    let signed = random.normal(20_000, deviation: 1)
    let range = RangeMethod.percentile(98).range(Self.histogram(signed), levels: 127)
    let (below, above) = (
      signed.count { $0 < range.lower }, signed.count { $0 > range.upper }
    )
    // One percent, but for what lies in the bin at the end.
    #expect(abs(below - 200) < 30)
    #expect(abs(above - 200) < 30)
    let positive = signed.map(abs)
    let half = RangeMethod.percentile(98).range(Self.histogram(positive), levels: 127)
    #expect(half.lower == 0)
    #expect(abs(positive.count { $0 > half.upper } - 400) < 60)
    let all = RangeMethod.percentile(100).range(Self.histogram(signed), levels: 127)
    let whole = RangeMethod.minMax.range(Self.histogram(signed), levels: 127)
    // The end of the last bin is computed.
    #expect(abs(all.lower - whole.lower) < 1e-5 && abs(all.upper - whole.upper) < 1e-5)
  }

  @Test("least squares has no larger error than the whole range, and cuts outliers off")
  func leastSquares() {
    var random = TestRandom("least squares")
    let values = random.normal(4000, deviation: 1).map(abs) + [60]
    let histogram = Self.histogram(values, bins: 512)
    func error(_ method: RangeMethod) -> Double {
      let range = method.range(histogram, levels: 127)
      let (scale, zeroPoint) = ActivationQuantization.covering(
        lower: range.lower, upper: range.upper, levels: 127)
      return RangeMethod.squaredError(histogram, scale: scale, zeroPoint: zeroPoint, levels: 127)
    }
    #expect(error(.meanSquaredError) <= error(.minMax))
    let uniform = Self.histogram((0..<4000).map { Float($0) / 1000 }, bins: 512)
    #expect(RangeMethod.meanSquaredError.range(uniform, levels: 127).upper > 3.7)
    // Without the outlier's weight nothing but noise is left above four deviations.
    let many = Self.histogram(random.normal(40_000, deviation: 1).map(abs) + [12], bins: 512)
    #expect(RangeMethod.meanSquaredError.range(many, levels: 15).upper < 6)
  }

  @Test(
    "a channel divided by its ratio stays within what the widest one reaches",
    arguments: [ChannelRatios.even, .reach, .farReach])
  func channelRatios(_ rule: ChannelRatios) {
    var random = TestRandom("channel ratios")
    var first = ChannelStatistics(channels: 6)
    var second = ChannelStatistics(channels: 6)
    let sizes: [Float] = [1, 8, 0.5, 0.001, 0, 4]
    for _ in 0..<50 {
      let noise = random.normal(12, deviation: 1)
      let signed = noise.indices.map { noise[$0] * sizes[$0 % 6] }
      #expect(signed.withUnsafeBufferPointer { first.add($0) })
      let positive = noise.indices.map { abs(noise[$0]) * sizes[5 - $0 % 6] }
      #expect(positive.withUnsafeBufferPointer { second.add($0) })
    }
    let ratios = rule.choose([first])
    #expect(ratios.max() == 1)
    #expect(ratios[3] == rule.smallest)
    #expect(ratios[4] == rule.smallest)
    let shared = rule.choose([first, second])
    for statistics in [first, second] {
      let highest = statistics.maximum.reduce(0, max)
      let lowest = statistics.minimum.reduce(0, min)
      for channel in 0..<6 {
        #expect(shared[channel] >= rule.smallest && shared[channel] <= 1)
        #expect(statistics.maximum[channel] / shared[channel] <= highest * 1.000_001)
        #expect(statistics.minimum[channel] / shared[channel] >= lowest * 1.000_001)
      }
    }
  }

  @Test("by power, a channel of rare large values gets a fine step; no range passes a clamp")
  func power() throws {
    var statistics = ChannelStatistics(channels: 2)
    let values: [Float] = (0..<200).flatMap { [$0 % 2 == 0 ? 3 : 1, $0 == 7 ? 3 : 0.1] }
    #expect(values.withUnsafeBufferPointer { statistics.add($0) })
    #expect(ChannelRatios.farReach.choose([statistics]) == [1, 1])
    let ratios = ChannelRatios.power.choose([statistics])
    #expect(ratios[0] == 1)
    #expect(ratios[1] < 0.2 && ratios[1] >= ChannelRatios.power.smallest)
    let limits = RangeLimits(lower: -.infinity, upper: 6)
    #expect(limits.applied(to: (-1, 48)) == (-1, 6))
    #expect(limits.applied(to: (0, 2)) == (0, 2))
    let run = try StudentRun(SmallStudents.residual)
    for node in run.graph.nodes where node.upper < .infinity {
      let storage = try #require(run.calibration.activations[node.output])
      #expect(storage.value(storage.upper) < node.upper * 1.01)
    }
  }

  @Test("statistics are those of all pixels, and a value that is no number is noticed")
  func statistics() {
    var statistics = ChannelStatistics(channels: 2)
    let values = (0..<400).map { Float($0) }
    #expect(values.withUnsafeBufferPointer { statistics.add($0) })
    #expect(statistics.minimum == [0, 1])
    #expect(statistics.maximum == [398, 399])
    #expect(statistics.mean(1) == 200)
    #expect(statistics.count == 200)
    // Sums of 64 squares in binary32 are good to some 64 * 2^-24.
    let exact = (0..<200).reduce(0.0) { $0 + Double(4 * $1 * $1) } / 200
    #expect(abs(statistics.meanSquare(0) - exact) < exact * 4e-6)
    for broken in [Float.nan, .infinity, -.infinity] {
      var other = ChannelStatistics(channels: 2)
      #expect([0, broken].withUnsafeBufferPointer { !other.add($0) })
    }
  }
}
