// SPDX-License-Identifier: Apache-2.0

/// Numbers modulo the order of the generator, L = 2^252 + 27742317777372353535851937790883648493,
/// as four words, the lowest first.
enum GroupOrder {
  private static let order: [UInt64] = [
    0x5812_631A_5CF5_D3ED, 0x14DE_F9DE_A2F7_9CD6, 0, 0x1000_0000_0000_0000,
  ]

  /// 32 bytes, little-endian, as they stand; nil where they are not below L. RFC 8032, 5.1.7.
  static func scalar(_ bytes: [UInt8]) -> [UInt64]? {
    var words = [UInt64](repeating: 0, count: 4)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
    }
    return isBelow(words, order) ? words : nil
  }

  /// Little-endian bytes of any count, modulo L, bit by bit: nothing here is secret.
  static func reduce(_ bytes: [UInt8]) -> [UInt64] {
    var rest = [UInt64](repeating: 0, count: 4)
    for byte in bytes.reversed() {
      for bit in (0..<8).reversed() {
        // The rest is below L, so that its double stays below 2^254.
        var carry = UInt64(byte >> UInt8(bit) & 1)
        for index in 0..<4 {
          let word = rest[index]
          rest[index] = word << 1 | carry
          carry = word >> 63
        }
        if !isBelow(rest, order) { subtractOrder(from: &rest) }
      }
    }
    return rest
  }

  private static func isBelow(_ lhs: [UInt64], _ rhs: [UInt64]) -> Bool {
    for index in (0..<4).reversed() where lhs[index] != rhs[index] {
      return lhs[index] < rhs[index]
    }
    return false
  }

  private static func subtractOrder(from words: inout [UInt64]) {
    var borrow: UInt64 = 0
    for index in 0..<4 {
      let (first, low) = words[index].subtractingReportingOverflow(order[index])
      let (second, high) = first.subtractingReportingOverflow(borrow)
      words[index] = second
      borrow = low || high ? 1 : 0
    }
  }
}
