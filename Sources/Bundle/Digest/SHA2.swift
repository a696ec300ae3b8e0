// SPDX-License-Identifier: Apache-2.0

/// What distinguishes SHA-256 and SHA-512: the word, the rounds and the rotations.
/// Source: FIPS 180-4, 4.1, 4.2 and 5.3.
protocol SHA2Variant {
  associatedtype Word: FixedWidthInteger & UnsignedInteger
  static var roundCount: Int { get }
  /// Three rotations of `a` and three of `e` in a round.
  static func bigSigma0(_ x: Word) -> Word
  static func bigSigma1(_ x: Word) -> Word
  /// Two rotations and a shift in the message schedule.
  static func smallSigma0(_ x: Word) -> Word
  static func smallSigma1(_ x: Word) -> Word
}

/// SHA-256: 32 bytes.
package enum SHA256: SHA2Variant {
  typealias Word = UInt32
  static var roundCount: Int { 64 }
  static func bigSigma0(_ x: UInt32) -> UInt32 { turn(x, 2) ^ turn(x, 13) ^ turn(x, 22) }
  static func bigSigma1(_ x: UInt32) -> UInt32 { turn(x, 6) ^ turn(x, 11) ^ turn(x, 25) }
  static func smallSigma0(_ x: UInt32) -> UInt32 { turn(x, 7) ^ turn(x, 18) ^ (x &>> 3) }
  static func smallSigma1(_ x: UInt32) -> UInt32 { turn(x, 17) ^ turn(x, 19) ^ (x &>> 10) }

  package static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { hash(bytes) }
  package static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }
}

/// SHA-512: 64 bytes.
package enum SHA512: SHA2Variant {
  typealias Word = UInt64
  static var roundCount: Int { 80 }
  static func bigSigma0(_ x: UInt64) -> UInt64 { turn(x, 28) ^ turn(x, 34) ^ turn(x, 39) }
  static func bigSigma1(_ x: UInt64) -> UInt64 { turn(x, 14) ^ turn(x, 18) ^ turn(x, 41) }
  static func smallSigma0(_ x: UInt64) -> UInt64 { turn(x, 1) ^ turn(x, 8) ^ (x &>> 7) }
  static func smallSigma1(_ x: UInt64) -> UInt64 { turn(x, 19) ^ turn(x, 61) ^ (x &>> 6) }

  package static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }
}

extension SHA2Variant {
  @inline(__always)
  static func turn(_ x: Word, _ bits: Word) -> Word {
    (x &>> bits) | (x &<< (Word(truncatingIfNeeded: Word.bitWidth) &- bits))
  }

  private static var blockByteCount: Int { Word.bitWidth * 2 }

  static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    // The constants of SHA-256 are the upper halves of those of SHA-512.
    let shift = UInt64(64 - Word.bitWidth)
    var state = SHA2Constants.initial.map { Word(truncatingIfNeeded: $0 >> shift) }
    let constants = SHA2Constants.rounds.map { Word(truncatingIfNeeded: $0 >> shift) }
    var schedule = [Word](repeating: 0, count: roundCount)
    let wholeByteCount = bytes.count / blockByteCount * blockByteCount
    var offset = 0
    while offset < wholeByteCount {
      absorb(bytes, at: offset, &state, &schedule, constants)
      offset += blockByteCount
    }
    let tail = padding(bytes, from: wholeByteCount)
    tail.withUnsafeBytes { tail in
      for offset in stride(from: 0, to: tail.count, by: blockByteCount) {
        absorb(tail, at: offset, &state, &schedule, constants)
      }
    }
    var digest: [UInt8] = []
    digest.reserveCapacity(8 * Word.bitWidth / 8)
    for word in state { appendBigEndian(word, to: &digest) }
    return digest
  }

  /// The bytes behind the last whole block, a one bit, zeros and the length in bits.
  private static func padding(_ bytes: UnsafeRawBufferPointer, from offset: Int) -> [UInt8] {
    var tail = [UInt8](bytes[offset...])
    tail.append(0x80)
    let lengthByteCount = Word.bitWidth / 4
    while (tail.count + lengthByteCount) % blockByteCount != 0 { tail.append(0) }
    for _ in 0..<(lengthByteCount - 8) { tail.append(0) }
    appendBigEndian(UInt64(bytes.count) &* 8, to: &tail)
    return tail
  }

  private static func appendBigEndian<Value: FixedWidthInteger>(
    _ value: Value, to bytes: inout [UInt8]
  ) {
    var shift = Value.bitWidth - 8
    while shift >= 0 {
      bytes.append(UInt8(truncatingIfNeeded: value >> Value(truncatingIfNeeded: shift)))
      shift -= 8
    }
  }

  /// One block into the state; the caller's loops keep `offset` within `bytes`, and the three
  /// arrays have 8, `roundCount` and at least `roundCount` words.
  private static func absorb(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, _ state: inout [Word],
    _ schedule: inout [Word], _ constants: [Word]
  ) {
    schedule.withUnsafeMutableBufferPointer { w in
      for i in 0..<16 {
        let at = offset &+ i &* (Word.bitWidth / 8)
        w[i] = Word(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: Word.self))
      }
      for i in 16..<roundCount {
        w[i] = smallSigma1(w[i &- 2]) &+ w[i &- 7] &+ smallSigma0(w[i &- 15]) &+ w[i &- 16]
      }
      constants.withUnsafeBufferPointer { k in
        state.withUnsafeMutableBufferPointer { mix($0, w, k) }
      }
    }
  }

  private static func mix(
    _ state: UnsafeMutableBufferPointer<Word>, _ w: UnsafeMutableBufferPointer<Word>,
    _ k: UnsafeBufferPointer<Word>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<roundCount {
      let choice = (e & f) ^ (~e & g)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      let first = h &+ bigSigma1(e) &+ choice &+ k[i] &+ w[i]
      let second = bigSigma0(a) &+ majority
      h = g
      g = f
      f = e
      e = d &+ first
      d = c
      c = b
      b = a
      a = first &+ second
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }
}
