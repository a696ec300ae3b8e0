// SPDX-License-Identifier: Apache-2.0

/// One axis of a resize: which input positions make an output position, and with what weights.
///
/// Antialiased bilinear, as docs/model-format.md (*Preprocessing*) defines it: triangle weights,
/// normalized in binary64, then rounded half away from zero to `fractionBits` fractional bits.
struct ResizeAxis: ~Copyable {
  /// The input positions `start ..< start + count` of one output position.
  struct Taps: BitwiseCopyable {
    var start: Int32
    var count: Int32
  }

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

  static let fractionBits: Int32 = 22
  /// One half, added before the shift by `fractionBits`.
  static let half: Int32 = 1 << (fractionBits - 1)

  private(set) var extent = Extent(input: 0, scaled: 0, first: 0, count: 0)
  /// `extent.count` entries; `start` never decreases.
  var taps = ScratchBuffer<Taps>()
  /// `[extent.count][maximumTapCount]`.
  var weights = ScratchBuffer<Int32>()
  /// No output position has more taps.
  private(set) var maximumTapCount = 0

  init() {}

  /// Computes taps and weights, unless they are already those of `extent`.
  mutating func plan(_ extent: Extent) throws(RuntimeError) {
    guard extent != self.extent else { return }
    self.extent = Extent(input: 0, scaled: 0, first: 0, count: 0)
    let ratio = Double(extent.input) / Double(extent.scaled)
    let support = max(ratio, 1)
    maximumTapCount = min(extent.input, 2 * Int(support.rounded(.up)) + 1)
    try taps.reserve(extent.count)
    try weights.reserve(extent.count * maximumTapCount)
    for i in 0..<extent.count {
      let centre = (Double(extent.first + Int64(i)) + 0.5) * ratio
      unsafe taps.base[i] = fill(
        weights.base + i * maximumTapCount, centre: centre, support: support, input: extent.input)
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

  /// Writes the weights of one output position; at most `maximumTapCount` of them.
  private func fill(
    _ weights: UnsafeMutablePointer<Int32>, centre: Double, support: Double, input: Int
  ) -> Taps {
    let start = max(0, Int(centre - support + 0.5))
    let end = min(input, Int(centre + support + 0.5))
    let inverse = 1 / support
    func weight(_ position: Int) -> Double {
      let distance = (Double(position) - centre + 0.5) * inverse
      return max(0, 1 - abs(distance))
    }
    var sum = 0.0
    for position in start..<end { sum += weight(position) }
    var count = 0
    for position in start..<end {
      let share = sum == 0 ? 0 : weight(position) / sum
      let fixed = Int32(0.5 + share * Double(Int32(1) << Self.fractionBits))
      unsafe weights[position - start] = fixed
      // Weights of zero at the end change nothing.
      if fixed != 0 { count = position - start + 1 }
    }
    return Taps(start: Int32(start), count: Int32(count))
  }
}
