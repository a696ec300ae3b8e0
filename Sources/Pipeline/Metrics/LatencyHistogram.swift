// SPDX-License-Identifier: Apache-2.0

/// Counts latencies since the start in buckets, as Prometheus wants them.
struct LatencyHistogram {
  /// Upper bounds in milliseconds; a last bucket takes the rest.
  static let bounds: [Double] = [
    0.25, 0.5, 1, 2.5, 5, 10, 20, 33, 50, 100, 200, 500, 1000, 5000,
  ]

  private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  private(set) var sumMilliseconds = 0.0

  mutating func add(milliseconds: Double) {
    sumMilliseconds += milliseconds
    var index = 0
    while index < Self.bounds.count && milliseconds > Self.bounds[index] { index += 1 }
    counts[index] += 1
  }
}
