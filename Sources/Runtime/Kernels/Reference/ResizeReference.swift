// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The scalar twins of the two halves of a resize: sums in int32, 22 fraction bits, rounded half up,
/// at most 255.
package enum ResizeReference {
  /// Makes outputs `0..<count` of a row.
  package static func row(
    _ resize: UnsafePointer<swiftlet_resize_row>, output: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let resize = unsafe resize.pointee
    switch unsafe resize.step {
    case 1: unsafe greys(resize, output, count)
    case 3: unsafe colours(resize, step: 3, output, count)
    default: unsafe colours(resize, step: 4, output, count)
    }
  }

  @inline(__always)
  private static func colours(
    _ resize: swiftlet_resize_row, step: Int, _ output: UnsafeMutablePointer<UInt8>, _ count: Int
  ) {
    let first = unsafe Int(resize.first)
    for i in 0..<count {
      let taps = unsafe resize.taps[i]
      let weights = unsafe resize.weights + i * resize.quads * 8
      var pixel = unsafe resize.pixels + Int(taps.start &- resize.origin) &* step
      var sums: (Int32, Int32, Int32) = (half, half, half)
      for tap in 0..<Int(taps.count) {
        let weight = unsafe weight(weights, tap)
        unsafe sums.0 &+= weight &* Int32(pixel[first])
        unsafe sums.1 &+= weight &* Int32(pixel[1])
        unsafe sums.2 &+= weight &* Int32(pixel[2 &- first])
        unsafe pixel += step
      }
      unsafe output[3 &* i] = byte(sums.0)
      unsafe output[3 &* i &+ 1] = byte(sums.1)
      unsafe output[3 &* i &+ 2] = byte(sums.2)
    }
  }

  private static func greys(
    _ resize: swiftlet_resize_row, _ output: UnsafeMutablePointer<UInt8>, _ count: Int
  ) {
    for i in 0..<count {
      let taps = unsafe resize.taps[i]
      let weights = unsafe resize.weights + i * resize.quads * 8
      let pixel = unsafe resize.pixels + Int(taps.start &- resize.origin)
      var sum = half
      for tap in 0..<Int(taps.count) {
        unsafe sum &+= weight(weights, tap) &* Int32(pixel[tap])
      }
      unsafe output[i] = byte(sum)
    }
  }

  /// Makes bytes `0..<byteCount` of a weighted sum of rows.
  package static func column(
    _ resize: UnsafePointer<swiftlet_resize_column>, output: UnsafeMutablePointer<UInt8>,
    byteCount: Int
  ) {
    let resize = unsafe resize.pointee
    // Enough columns that the rows' weights cost little, few enough for registers.
    let whole = byteCount & ~15
    for begin in stride(from: 0, to: whole, by: 16) {
      unsafe columns(resize, output, begin, count: 16)
    }
    for begin in whole..<byteCount { unsafe columns(resize, output, begin, count: 1) }
  }

  @inline(__always)
  private static func columns(
    _ resize: swiftlet_resize_column, _ output: UnsafeMutablePointer<UInt8>, _ begin: Int,
    count: Int
  ) {
    var sums = InlineArray<16, Int32>(repeating: half)
    for tap in unsafe 0..<resize.count {
      let weight = unsafe weight(resize.weights, tap)
      let row = unsafe resize.rows[tap] + begin
      for i in 0..<count { unsafe sums[unchecked: i] &+= weight &* Int32(row[i]) }
    }
    for i in 0..<count { unsafe output[begin &+ i] = byte(sums[unchecked: i]) }
  }

  private static var half: Int32 { 1 << (SWIFTLET_RESIZE_BITS - 1) }

  @inline(__always)
  private static func weight(_ weights: UnsafePointer<Int16>, _ tap: Int) -> Int32 {
    let quad = unsafe weights + (tap >> 2 &* 8 &+ tap & 3)
    return unsafe Int32(quad[0]) &<< SWIFTLET_RESIZE_LOW_BITS &+ Int32(quad[4])
  }

  /// Weights are not negative, so neither is the sum.
  @inline(__always)
  private static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(sum >> SWIFTLET_RESIZE_BITS, 255))
  }
}
