// SPDX-License-Identifier: Apache-2.0

/// The network's input byte for each byte value of each channel:
/// `q = clamp(roundHalfEven((byte - mean) / deviation / scale) + zeroPoint, 0, upper)`,
/// computed in binary64.
struct QuantizationTable {
  /// `[channel][byte]`.
  private(set) var entries: InlineArray<768, UInt8>

  /// The table of a network's input; with no input, every byte stands for itself.
  init(record: PreprocessingRecord, input: TensorRecord?) {
    entries = InlineArray(repeating: 0)
    for channel in 0..<3 {
      for byte in 0..<256 {
        guard let input else {
          entries[channel * 256 + byte] = UInt8(byte)
          continue
        }
        let real =
          (Double(byte) - Double(record.mean[channel])) / Double(record.deviation[channel])
        let steps = (real / Double(input.scale)).rounded(.toNearestOrEven)
        // Clamped before the conversion, which traps on values that no Int holds.
        let value = min(max(steps + Double(input.zeroPoint), 0), Double(input.upper))
        entries[channel * 256 + byte] = UInt8(value)
      }
    }
  }
}
