// SPDX-License-Identifier: Apache-2.0
import Crypto
import Ed25519
import Testing

@testable import Bundle

/// The board's verification beside swift-crypto's. RFC 8032, 7.1.
@Suite("Ed25519", .enabled(if: Ed25519.isAvailable, "built without fiat-crypto's header"))
struct Ed25519Tests {
  struct Vector: Sendable {
    var key: String
    var message: String
    var signature: String
  }

  static let published = [
    Vector(
      key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
      signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        + "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    Vector(
      key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
      signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
        + "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    Vector(
      key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
      signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
        + "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
  ]

  @Test("the published signatures verify", arguments: published)
  func publishedVectors(_ vector: Vector) throws {
    let message = Self.bytes(vector.message)
    let signature = Self.bytes(vector.signature)
    let key = Self.bytes(vector.key)
    #expect(Ed25519.isValid(signature, of: message, key: key))
    #expect(!Ed25519.isValid(signature, of: message + [0], key: key))
  }

  @Test("signatures of swift-crypto verify, and no flipped bit does")
  func flippedBits() throws {
    for count in [0, 1, 111, 112, 300] {
      let secret = Curve25519.Signing.PrivateKey()
      let key = Array(secret.publicKey.rawRepresentation)
      let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let signature = Array(try secret.signature(for: message))
      #expect(Ed25519.isValid(signature, of: message, key: key))
      for bit in 0..<512 {
        var changed = signature
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(!Ed25519.isValid(changed, of: message, key: key), "bit \(bit)")
      }
    }
  }

  @Test("a scalar of L or more, and keys that are no points, are refused")
  func malleability() throws {
    let secret = Curve25519.Signing.PrivateKey()
    let key = Array(secret.publicKey.rawRepresentation)
    var signature = Array(try secret.signature(for: [1, 2, 3]))
    // s + L signs the same where it is not refused.
    let order = Self.bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    for index in 0..<32 {
      carry += Int(signature[32 + index]) + Int(order[index])
      signature[32 + index] = UInt8(carry & 255)
      carry >>= 8
    }
    #expect(!Ed25519.isValid(signature, of: [1, 2, 3], key: key))
    // y = 2 has no x; y = 2^255 - 19 + 1 is 1 written otherwise; x = 0 has no odd twin.
    let bad = [
      "0200000000000000000000000000000000000000000000000000000000000000",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0100000000000000000000000000000000000000000000000000000000000080",
    ]
    for text in bad {
      #expect(!Ed25519.isValid([UInt8](repeating: 0, count: 64), of: [], key: Self.bytes(text)))
    }
  }

  @Test("it decides as swift-crypto does about keys and signatures at random")
  func differential() throws {
    var valid = 0
    for round in 0..<200 {
      let secret = Curve25519.Signing.PrivateKey()
      let other = Curve25519.Signing.PrivateKey()
      let message = (0..<round).map { _ in UInt8.random(in: 0...255) }
      let signature = Array(try secret.signature(for: message))
      let key = round % 3 == 0 ? other.publicKey : secret.publicKey
      let expected = key.isValidSignature(signature, for: message)
      let bytes = Array(key.rawRepresentation)
      #expect(Ed25519.isValid(signature, of: message, key: bytes) == expected)
      valid += expected ? 1 : 0
    }
    #expect((100..<200).contains(valid))
  }

  static func bytes(_ digits: String) -> [UInt8] {
    HexText.decode(Array(digits.utf8), byteCount: digits.utf8.count / 2) ?? []
  }
}
