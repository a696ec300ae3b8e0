// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The board's Ed25519 as a program for other processors: scripts/test-deploy. RFC 8032, 7.1.
private let vectors: [(key: StaticString, message: [UInt8], signature: StaticString)] = [
  (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", [],
    """
    e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
    5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
    """
  ),
  (
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", [0x72],
    """
    92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
    """
  ),
  (
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", [0xAF, 0x82],
    """
    6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
    18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
    """
  ),
]

private func bytes(_ text: StaticString) -> [UInt8] {
  text.withUTF8Buffer { HexText.decode($0, byteCount: $0.count / 2) ?? [] }
}

/// Whether every signature verifies, and none whose bit, message or key is another one.
private func passes() -> Bool {
  for (index, vector) in vectors.enumerated() {
    let (key, signature) = (bytes(vector.key), bytes(vector.signature))
    guard Ed25519.isValid(signature, of: vector.message, key: key) else { return false }
    if Ed25519.isValid(signature, of: vector.message + [0], key: key) { return false }
    let other = bytes(vectors[(index + 1) % vectors.count].key)
    if Ed25519.isValid(signature, of: vector.message, key: other) { return false }
    for bit in stride(from: 0, to: 512, by: 7) {
      var changed = signature
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      if Ed25519.isValid(changed, of: vector.message, key: key) { return false }
    }
  }
  return true
}

@_cdecl("main")
func main() -> Int32 {
  let result: StaticString = passes() ? "signatures ok\n" : "signatures WRONG\n"
  _ = swiftlet_write(1, result.utf8Start, result.utf8CodeUnitCount)
  return passes() ? 0 : 1
}
