// SPDX-License-Identifier: Apache-2.0
import CKernels

/// One axis of a resize: which input positions make an output position, and with what weights.
///
/// Antialiased bilinear, as docs/model-format.md (*Preprocessing*) defines it: triangle weights,
/// normalized in binary64, then rounded half away from zero to `SWIFTLET_RESIZE_BITS` fraction bits.
struct ResizeAxis: ~Copyable {
  /// What an axis was planned for.
  struct Extent: Equatable {
    /// Input positions.
    var input: Int
    /// Output positions before the crop. A crop of a long, thin picture may leave `Int` far behind.
    var scaled: Int64
    /// The first output position behind the crop.
    var first: Int64
    /// Output positions behind the crop.
    var count: Int
  }

  private(set) var extent = Extent(input: 0, scaled: 0, first: 0, count: 0)
  /// `extent.count` entries; `start` never decreases.
  private(set) var taps = ScratchBuffer<swiftlet_taps>()
  /// `[extent.count][quadCount][2][4]`, as `swiftlet_resize_row` has them.
  private(set) var weights = ScratchBuffer<Int16>()
  /// No output position has more taps.
  private(set) var maximumTapCount = 0

  init() {}

  /// Groups of four taps of an output position.
  var quadCount: Int { (maximumTapCount + 3) / 4 }

  /// The weights of one output position.
  func weights(_ position: Int) -> UnsafePointer<Int16> {
    unsafe UnsafePointer(weights.base) + position * quadCount * 8
  }

  /// Computes taps and weights, unless they are already those of `extent`.
  mutating func plan(_ extent: Extent) throws(RuntimeError) {
    guard extent != self.extent else { return }
    self.extent = Extent(input: 0, scaled: 0, first: 0, count: 0)
    let triangle = Triangle(extent)
    try taps.reserve(extent.count)
    maximumTapCount = 1
    for i in 0..<extent.count {
      let taps = triangle.taps(i)
      maximumTapCount = max(maximumTapCount, taps.count)
      unsafe self.taps.base[i] = swiftlet_taps(
        start: Int32(taps.lowerBound), count: Int32(taps.count))
    }
    let weightCount = extent.count * quadCount * 8
    try weights.reserve(weightCount)
    for i in 0..<weightCount { unsafe weights.base[i] = 0 }
    for i in 0..<extent.count {
      unsafe fill(weights.base + i * quadCount * 8, triangle, position: i)
    }
    self.extent = extent
  }

  /// The input positions from the first to the last that output positions read, none where those
  /// are none.
  func inputs(of outputs: Range<Int>) -> Range<Int> {
    var (first, end) = (extent.input, 0)
    for i in outputs {
      let taps = unsafe taps.base[i]
      first = min(first, Int(taps.start))
      end = max(end, Int(taps.start) + Int(taps.count))
    }
    return min(first, end)..<end
  }

  /// Writes the weights of one output position.
  private func fill(_ weights: UnsafeMutablePointer<Int16>, _ triangle: Triangle, position: Int) {
    let taps = triangle.taps(position)
    var sum = 0.0
    for input in taps { sum += triangle.weight(of: input, to: position) }
    var count = 0
    for (tap, input) in taps.enumerated() {
      let share = sum == 0 ? 0 : triangle.weight(of: input, to: position) / sum
      let fixed = Int32(0.5 + share * Double(Int32(1) << SWIFTLET_RESIZE_BITS))
      let quad = unsafe weights + (tap / 4 * 8 + tap % 4)
      unsafe quad[0] = Int16(fixed >> SWIFTLET_RESIZE_LOW_BITS)
      unsafe quad[4] = Int16(fixed & (1 << SWIFTLET_RESIZE_LOW_BITS - 1))
      // Weights of zero at the end change nothing.
      if fixed != 0 { count = tap + 1 }
    }
    unsafe self.taps.base[position].count = Int32(count)
  }
}

/// The filter's triangle over the input positions, in binary64.
private struct Triangle {
  let extent: ResizeAxis.Extent
  let ratio: Double
  let support: Double

  init(_ extent: ResizeAxis.Extent) {
    self.extent = extent
    ratio = Double(extent.input) / Double(extent.scaled)
    support = max(ratio, 1)
  }

  private func centre(_ position: Int) -> Double {
    (Double(extent.first + Int64(position)) + 0.5) * ratio
  }

  /// The inputs of an output position.
  func taps(_ position: Int) -> Range<Int> {
    let centre = centre(position)
    return max(0, Int(centre - support + 0.5))..<min(extent.input, Int(centre + support + 0.5))
  }

  /// Before the division by the sum.
  func weight(of input: Int, to position: Int) -> Double {
    let distance = (Double(input) - centre(position) + 0.5) * (1 / support)
    return max(0, 1 - abs(distance))
  }
}
