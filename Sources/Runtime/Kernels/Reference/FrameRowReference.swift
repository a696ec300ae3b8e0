// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The scalar twin of every kernel that converts a row of Y'CbCr: sums in int32, 13 fraction bits,
/// rounded half up, clamped to 0...255.
package enum FrameRowReference {
  static let fractionBits: Int32 = 13

  /// Converts pixels `0..<count`.
  package static func run(
    _ row: UnsafePointer<swiftlet_frame_row>, output: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let row = unsafe row.pointee
    let weights = unsafe row.weights
    for x in 0..<count {
      let chroma = unsafe (x >> Int(row.chroma_shift)) * Int(row.chroma_step)
      let sample = unsafe Int32(row.luma[x * Int(row.luma_step)]) - Int32(row.luma_zero)
      let y = unsafe sample &* Int32(row.luma_weight)
      let a = unsafe Int32(row.first[chroma]) - 128
      let b = unsafe Int32(row.second[chroma]) - 128
      let pixel = unsafe output + 4 * x
      unsafe pixel[0] = byte(y &+ Int32(weights.0) &* a)
      unsafe pixel[1] = byte(y &+ Int32(weights.1) &* a &+ Int32(weights.2) &* b)
      unsafe pixel[2] = byte(y &+ Int32(weights.3) &* b)
      unsafe pixel[3] = 0
    }
  }

  private static func byte(_ sum: Int32) -> UInt8 {
    let value = (sum &+ (1 << (fractionBits - 1))) >> fractionBits
    return UInt8(truncatingIfNeeded: min(max(value, 0), 255))
  }
}
