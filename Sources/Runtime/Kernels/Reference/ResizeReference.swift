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
    let step = unsafe Int(resize.step)
    let first = unsafe Int(resize.first)
    for i in 0..<count {
      let taps = unsafe resize.taps[i]
      let weights = unsafe resize.weights + i * resize.quads * 8
      var pixel = unsafe resize.pixels + Int(taps.start - resize.origin) * step
      var sums: (Int32, Int32, Int32) = (half, half, half)
      for tap in 0..<Int(taps.count) {
        let weight = unsafe weight(weights, tap)
        if step == 1 {
          unsafe sums.0 &+= weight &* Int32(pixel[0])
        } else {
          unsafe sums.0 &+= weight &* Int32(pixel[first])
          unsafe sums.1 &+= weight &* Int32(pixel[1])
          unsafe sums.2 &+= weight &* Int32(pixel[2 &- first])
        }
        unsafe pixel += step
      }
      if step == 1 {
        unsafe output[i] = byte(sums.0)
      } else {
        unsafe output[3 * i] = byte(sums.0)
        unsafe output[3 * i + 1] = byte(sums.1)
        unsafe output[3 * i + 2] = byte(sums.2)
      }
    }
  }

  /// Makes bytes `0..<byteCount` of a weighted sum of rows.
  package static func column(
    _ resize: UnsafePointer<swiftlet_resize_column>, output: UnsafeMutablePointer<UInt8>,
    byteCount: Int
  ) {
    let resize = unsafe resize.pointee
    // Enough columns that the rows' weights cost little, few enough for registers.
    for begin in stride(from: 0, to: byteCount, by: 16) {
      var sums = InlineArray<16, Int32>(repeating: half)
      let columns = min(16, byteCount - begin)
      for tap in unsafe 0..<resize.count {
        let weight = unsafe weight(resize.weights, tap)
        let row = unsafe resize.rows[tap] + begin
        for i in 0..<columns { unsafe sums[i] &+= weight &* Int32(row[i]) }
      }
      for i in 0..<columns { unsafe output[begin + i] = byte(sums[i]) }
    }
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
