// SPDX-License-Identifier: Apache-2.0
import CField25519

/// A number modulo 2^255 - 19.
struct FieldElement {
  private var value: swiftlet_field

  private init(_ value: swiftlet_field) { self.value = value }

  /// Reads 32 bytes, little-endian; the highest bit is ignored.
  init(bytes: [UInt8]) {
    precondition(bytes.count == 32)
    value = bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return swiftlet_field() }
      return swiftlet_field_from_bytes(base)
    }
  }

  init(_ small: UInt8) {
    self.init(bytes: [small] + [UInt8](repeating: 0, count: 31))
  }

  /// 32 bytes of the representative below 2^255 - 19.
  var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    bytes.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { swiftlet_field_to_bytes(base, value) }
    }
    return bytes
  }

  var isOdd: Bool { bytes[0] & 1 == 1 }

  static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.bytes.elementsEqual(rhs.bytes)
  }
  static func + (lhs: Self, rhs: Self) -> Self { Self(swiftlet_field_add(lhs.value, rhs.value)) }
  static func - (lhs: Self, rhs: Self) -> Self {
    Self(swiftlet_field_subtract(lhs.value, rhs.value))
  }
  static func * (lhs: Self, rhs: Self) -> Self {
    Self(swiftlet_field_multiply(lhs.value, rhs.value))
  }

  /// The power whose exponent has `bitCount` bits, all set but those in `zeros`.
  private func power(bitCount: Int, zeros: (Int) -> Bool) -> Self {
    var result = FieldElement(1)
    for bit in (0..<bitCount).reversed() {
      result = result * result
      if !zeros(bit) { result = result * self }
    }
    return result
  }

  /// The inverse, by Fermat: the power of 2^255 - 21; 0 for 0.
  var inverse: Self { power(bitCount: 255) { $0 == 2 || $0 == 4 } }

  /// The power of (p - 5) / 8 = 2^252 - 3, from which square roots are made.
  var rootPower: Self { power(bitCount: 252) { $0 == 1 } }
}
