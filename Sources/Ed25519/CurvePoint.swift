// SPDX-License-Identifier: Apache-2.0

/// A point of the curve -x^2 + y^2 = 1 + d x^2 y^2, in extended coordinates: x = X / Z, y = Y / Z,
/// x y = T / Z. Source: RFC 8032, 5.1.
struct CurvePoint {
  private var x, y, z, t: FieldElement

  private init(x: FieldElement, y: FieldElement, z: FieldElement, t: FieldElement) {
    self.x = x
    self.y = y
    self.z = z
    self.t = t
  }

  private init(x: FieldElement, y: FieldElement) {
    self.init(x: x, y: y, z: FieldElement(1), t: x * y)
  }

  static let neutral = CurvePoint(x: FieldElement(0), y: FieldElement(1))

  /// The generator B: y = 4 / 5, x even.
  static let base = CurvePoint(
    x: FieldElement(bytes: [
      0x1A, 0xD5, 0x25, 0x8F, 0x60, 0x2D, 0x56, 0xC9, 0xB2, 0xA7, 0x25, 0x95, 0x60, 0xC7, 0x2C,
      0x69, 0x5C, 0xDC, 0xD6, 0xFD, 0x31, 0xE2, 0xA4, 0xC0, 0xFE, 0x53, 0x6E, 0xCD, 0xD3, 0x36,
      0x69, 0x21,
    ]),
    y: FieldElement(bytes: [0x58] + [UInt8](repeating: 0x66, count: 31)))

  /// d = -121665 / 121666.
  private static let d = FieldElement(bytes: [
    0xA3, 0x78, 0x59, 0x13, 0xCA, 0x4D, 0xEB, 0x75, 0xAB, 0xD8, 0x41, 0x41, 0x4D, 0x0A, 0x70, 0x00,
    0x98, 0xE8, 0x79, 0x77, 0x79, 0x40, 0xC7, 0x8C, 0x73, 0xFE, 0x6F, 0x2B, 0xEE, 0x6C, 0x03, 0x52,
  ])

  /// A square root of -1: 2^((p - 1) / 4).
  private static let rootOfMinusOne = FieldElement(bytes: [
    0xB0, 0xA0, 0x0E, 0x4A, 0x27, 0x1B, 0xEE, 0xC4, 0x78, 0xE4, 0x2F, 0xAD, 0x06, 0x18, 0x43, 0x2F,
    0xA7, 0xD7, 0xFB, 0x3D, 0x99, 0x00, 0x4D, 0x2B, 0x0B, 0xDF, 0xC1, 0x4F, 0x80, 0x24, 0x83, 0x2B,
  ])

  /// Decodes y and the sign of x; nil where no point has these 32 bytes. RFC 8032, 5.1.3.
  init?(bytes: [UInt8]) {
    let y = FieldElement(bytes: bytes)
    var canonical = y.bytes
    canonical[31] |= bytes[31] & 0x80
    guard canonical.elementsEqual(bytes) else { return nil }
    let one = FieldElement(1)
    let square = y * y
    let numerator = square - one
    let denominator = Self.d * square + one
    // x = u v^3 (u v^7)^((p - 5) / 8) is a root of u / v, or one times a root of -1.
    let cube = denominator * denominator * denominator
    var x = numerator * cube * (numerator * cube * cube * denominator).rootPower
    let check = denominator * x * x
    if !(check == numerator) {
      guard check == FieldElement(0) - numerator else { return nil }
      x = x * Self.rootOfMinusOne
    }
    let wantsOdd = bytes[31] & 0x80 != 0
    if x == FieldElement(0) && wantsOdd { return nil }
    if x.isOdd != wantsOdd { x = FieldElement(0) - x }
    self.init(x: x, y: y)
  }

  /// y and the sign of x, 32 bytes.
  var bytes: [UInt8] {
    let inverse = z.inverse
    var bytes = (y * inverse).bytes
    if (x * inverse).isOdd { bytes[31] |= 0x80 }
    return bytes
  }

  static prefix func - (point: Self) -> Self {
    let zero = FieldElement(0)
    return Self(x: zero - point.x, y: point.y, z: point.z, t: zero - point.t)
  }

  /// The addition that holds for all pairs of points, equal ones too: Hisil, Wong, Carter, Dawson,
  /// *Twisted Edwards Curves Revisited* (2008), 3.1, for a = -1.
  static func + (lhs: Self, rhs: Self) -> Self {
    let a = (lhs.y - lhs.x) * (rhs.y - rhs.x)
    let b = (lhs.y + lhs.x) * (rhs.y + rhs.x)
    let c = lhs.t * (d + d) * rhs.t
    let e = lhs.z * (rhs.z + rhs.z)
    let (f, g, h, i) = (b - a, e - c, e + c, b + a)
    return Self(x: f * g, y: h * i, z: g * h, t: f * i)
  }

  /// first * lhs + second * rhs; the factors are 256 bits, the lowest word first.
  static func sum(
    _ first: [UInt64], _ lhs: Self, _ second: [UInt64], _ rhs: Self
  ) -> Self {
    let both = lhs + rhs
    var result = neutral
    for bit in (0..<256).reversed() {
      result = result + result
      let isInFirst = first[bit / 64] >> UInt64(bit % 64) & 1 == 1
      let isInSecond = second[bit / 64] >> UInt64(bit % 64) & 1 == 1
      switch (isInFirst, isInSecond) {
      case (true, true): result = result + both
      case (true, false): result = result + lhs
      case (false, true): result = result + rhs
      case (false, false): break
      }
    }
    return result
  }
}
