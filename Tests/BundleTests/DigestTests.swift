// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing

@testable import Bundle

@Suite("Digests")
struct DigestTests {
  /// Around the ends of blocks of both, and their paddings.
  static let counts = [0, 1, 3, 55, 56, 57, 63, 64, 65, 111, 112, 113, 127, 128, 129, 255, 4097]

  @Test("SHA-256 and SHA-512 equal another implementation's", arguments: counts)
  func equal(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ count) }
    #expect(Bundle.SHA256.digest(bytes) == Array(Crypto.SHA256.hash(data: bytes)))
    #expect(Bundle.SHA512.digest(bytes) == Array(Crypto.SHA512.hash(data: bytes)))
  }

  @Test("hexadecimal digits are read as they are written, and nothing else is")
  func hexadecimal() {
    let bytes: [UInt8] = [0, 1, 0x9A, 0xFF]
    #expect(HexText.encode(bytes) == "00019aff")
    #expect(HexText.decode(Array("00019aff".utf8), byteCount: 4) == bytes)
    for text in ["00019af", "00019afg", "00019AFF", "00019aff0", ""] {
      #expect(HexText.decode(Array(text.utf8), byteCount: 4) == nil)
    }
  }
}
