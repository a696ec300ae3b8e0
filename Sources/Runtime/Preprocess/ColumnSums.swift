// SPDX-License-Identifier: Apache-2.0

/// The vertical half of a resize: weighted sums of whole rows.
///
/// Whoever makes one vouches for the sizes of `sums` and of every row.
@unsafe struct ColumnSums {
  /// `count` elements.
  let sums: UnsafeMutablePointer<Int32>
  /// Bytes of a row.
  let count: Int

  /// Sums up rows that lie in a ring: row `r` in slot `r % ringRows`.
  func add(
    _ ring: UnsafePointer<UInt8>, ringRows: Int, taps: ResizeAxis.Taps,
    weights: UnsafePointer<Int32>
  ) {
    for i in unsafe 0..<count { unsafe sums[i] = ResizeAxis.half }
    var slot = Int(taps.start) % ringRows
    for tap in 0..<Int(taps.count) {
      let weight = unsafe weights[tap]
      let row = unsafe ring + slot * count
      for i in unsafe 0..<count { unsafe sums[i] &+= weight &* Int32(row[i]) }
      slot = slot + 1 == ringRows ? 0 : slot + 1
    }
  }

  /// Writes the sums through the tables of three channels.
  func write(
    _ table: UnsafePointer<UInt8>, colours output: UnsafeMutablePointer<UInt8>
  ) {
    var i = 0
    while unsafe i < count {
      unsafe output[i] = table[Int(ResizeAxis.byte(sums[i]))]
      unsafe output[i + 1] = table[256 + Int(ResizeAxis.byte(sums[i + 1]))]
      unsafe output[i + 2] = table[512 + Int(ResizeAxis.byte(sums[i + 2]))]
      i += 3
    }
  }

  /// Writes one grey value a pixel to `channels` channels, each through its table.
  func write(
    _ table: UnsafePointer<UInt8>, grey output: UnsafeMutablePointer<UInt8>, channels: Int
  ) {
    for i in unsafe 0..<count {
      let byte = unsafe Int(ResizeAxis.byte(sums[i]))
      for channel in 0..<channels {
        unsafe output[i * channels + channel] = table[channel * 256 + byte]
      }
    }
  }
}
