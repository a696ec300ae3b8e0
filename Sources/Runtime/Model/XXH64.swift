// SPDX-License-Identifier: Apache-2.0

/// XXH64, seed 0: the checksum of a model file and the digest of its self-test.
///
/// It finds damage, not tampering. Each loop's condition holds its reads within the bytes.
/// Source: the xxHash specification, version 0.1.1.
package enum XXH64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  package static func digest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let count = bytes.count
    var offset = 0
    var hash: UInt64
    if count >= 32 {
      // Four variables, and no vector of four: 64-bit products are scalar instructions.
      var first = prime1 &+ prime2
      var second = prime2
      var third: UInt64 = 0
      var fourth = 0 &- prime1
      while offset &+ 32 <= count {
        first = unsafe round(first, word(bytes, offset))
        second = unsafe round(second, word(bytes, offset &+ 8))
        third = unsafe round(third, word(bytes, offset &+ 16))
        fourth = unsafe round(fourth, word(bytes, offset &+ 24))
        offset &+= 32
      }
      hash = rotate(first, 1) &+ rotate(second, 7) &+ rotate(third, 12) &+ rotate(fourth, 18)
      hash = merge(merge(merge(merge(hash, first), second), third), fourth)
    } else {
      hash = prime5
    }
    hash &+= UInt64(count)
    return unsafe finish(hash, bytes, from: offset)
  }

  private static func finish(_ start: UInt64, _ bytes: UnsafeRawBufferPointer, from: Int) -> UInt64
  {
    var hash = start
    var offset = from
    while offset &+ 8 <= bytes.count {
      hash = unsafe rotate(hash ^ round(0, word(bytes, offset)), 27) &* prime1 &+ prime4
      offset &+= 8
    }
    if offset &+ 4 <= bytes.count {
      let half = unsafe UInt32(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      hash = rotate(hash ^ (UInt64(half) &* prime1), 23) &* prime2 &+ prime3
      offset &+= 4
    }
    while offset < bytes.count {
      hash = unsafe rotate(hash ^ (UInt64(bytes[offset]) &* prime5), 11) &* prime1
      offset &+= 1
    }
    hash = (hash ^ (hash >> 33)) &* prime2
    hash = (hash ^ (hash >> 29)) &* prime3
    return hash ^ (hash >> 32)
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    (value &<< bits) | (value &>> (64 &- bits))
  }

  private static func merge(_ hash: UInt64, _ lane: UInt64) -> UInt64 {
    (hash ^ round(0, lane)) &* prime1 &+ prime4
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
    rotate(lane &+ input &* prime2, 31) &* prime1
  }
}
