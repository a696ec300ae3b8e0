// SPDX-License-Identifier: Apache-2.0

/// The newest latencies of a period, in fixed memory.
struct LatencySamples {
  /// More samples than this overwrite the oldest ones; the maximum counts all.
  static let capacity = 4096

  private var samples: [Float] = []
  private var sorted: [Float] = []
  private var next = 0
  private var maximum: Float = 0

  init() {
    samples.reserveCapacity(Self.capacity)
    sorted.reserveCapacity(Self.capacity)
  }

  mutating func add(milliseconds: Double) {
    let sample = Float(milliseconds)
    maximum = max(maximum, sample)
    if samples.count < Self.capacity {
      samples.append(sample)
    } else {
      samples[next] = sample
    }
    next = next + 1 == Self.capacity ? 0 : next + 1
  }

  /// Sums the period up (nearest rank) and begins a new one.
  mutating func takeSummary() -> LatencySummary {
    sorted.removeAll(keepingCapacity: true)
    sorted.append(contentsOf: samples)
    sorted.sort()
    let summary = LatencySummary(
      median: rank(0.5), p99: rank(0.99), maximum: Double(maximum))
    samples.removeAll(keepingCapacity: true)
    next = 0
    maximum = 0
    return summary
  }

  private func rank(_ share: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let index = Int((Double(sorted.count) * share).rounded(.up)) - 1
    return Double(sorted[max(index, 0)])
  }
}
