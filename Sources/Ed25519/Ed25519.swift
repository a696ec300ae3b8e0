// SPDX-License-Identifier: Apache-2.0
import Bundle
import CField25519

/// Verifies Ed25519 signatures on the board; RFC 8032, 5.1.7, without the cofactor, as BoringSSL.
///
/// Everything in it is public, so nothing takes care to run in constant time: it must never sign.
package enum Ed25519 {
  /// Whether the package was built with fiat-crypto's arithmetic, which boards always are.
  package static var isAvailable: Bool { swiftlet_field_is_available() != 0 }

  /// - Parameters:
  ///   - signature: 64 bytes; any other count is not valid.
  ///   - key: the public key, 32 bytes; any other count is not valid.
  package static func isValid(
    _ signature: [UInt8], of message: [UInt8], key: [UInt8]
  ) -> Bool {
    guard signature.count == 64, key.count == 32 else { return false }
    let commitment = [UInt8](signature[..<32])
    guard let scalar = GroupOrder.scalar([UInt8](signature[32...])),
      let point = CurvePoint(bytes: key)
    else { return false }
    let challenge = GroupOrder.reduce(SHA512.digest(commitment + key + message))
    // R = s B - h A
    let expected = CurvePoint.sum(scalar, .base, challenge, -point)
    return expected.bytes.elementsEqual(commitment)
  }
}
