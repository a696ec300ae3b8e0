// SPDX-License-Identifier: Apache-2.0

/// IEEE 754 binary16 by its bits, because Swift's own type is not on every x86 system.
package enum HalfFloat {
  /// The same value; every binary16 is a binary32.
  package static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 31
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // fraction * 2^-24, which is exact.
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest value, half to even; what is too large becomes infinite.
  package static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      // Subnormal: a count of 2^-24, rounded half to even.
      let count = (Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven)
      return sign | UInt16(count)
    }
    let rebased = magnitude - (112 << 23)
    let odd = rebased >> 13 & 1
    return sign | UInt16(truncatingIfNeeded: (rebased + 0xFFF + odd) >> 13)
  }
}
