// SPDX-License-Identifier: Apache-2.0

/// A public key that signatures must verify with.
package struct PublicKey: Sendable {
  /// Decides whether 64 bytes are an Ed25519 signature of a message by a key of 32 bytes.
  package typealias Verifier =
    @Sendable (_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool

  package static let fieldName: StaticString = "swiftlet-public-key"
  package let bytes: [UInt8]
  private let verifier: Verifier

  package init(_ bytes: [UInt8], verifier: @escaping Verifier) {
    self.bytes = bytes
    self.verifier = verifier
  }

  /// Reads a file of one line, `swiftlet-public-key` and 64 hexadecimal digits.
  /// - Throws: `unreadable`, `malformedKey`.
  package static func read(
    _ path: String, verifier: @escaping Verifier
  ) throws(BundleError) -> PublicKey {
    var fields = LineFields(try SmallFile.read(path, limit: 256))
    guard let text = fields.next(fieldName), fields.isAtEnd,
      let bytes = HexText.decode(text, byteCount: 32)
    else { throw .malformedKey(path) }
    return PublicKey(bytes, verifier: verifier)
  }

  func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    verifier(signature, message, bytes)
  }
}
