// SPDX-License-Identifier: Apache-2.0
import CKernels

extension swiftlet_requantization {
  /// `clamp(roundHalfEven(float(acc) * multiplier[channel]) + zeroPoint, lower, upper)`: one
  /// binary32 product, then a conversion that rounds half to even.
  func byte(_ acc: Int32, channel: Int) -> UInt8 {
    // The caller's channel is below the output channels, which both tables cover.
    let scaled = unsafe (Float(acc) * multiplier[channel]).rounded(.toNearestOrEven)
    return unsafe clampedByte(Int32(scaled), zeroPoint: zero_point, lower: lower, upper: upper)
  }
}

/// `clamp(value + zeroPoint, lower, upper)` for bounds within 0...255.
func clampedByte(_ value: Int32, zeroPoint: Int32, lower: Int32, upper: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(value + zeroPoint, lower), upper))
}
