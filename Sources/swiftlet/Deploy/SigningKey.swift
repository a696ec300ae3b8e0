// SPDX-License-Identifier: Apache-2.0
import Bundle
import Crypto
import Foundation

/// A private key in a file that only its owner may read, and the public one beside it.
struct SigningKey {
  private static let fieldName = "swiftlet-private-key"
  private let key: Curve25519.Signing.PrivateKey

  init() { key = Curve25519.Signing.PrivateKey() }

  init(reading path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Failure(
        "\(path): the key cannot be read (\(String(cString: strerror(errno)))); make one with "
          + "'swiftlet keys make'")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw Failure(
        "\(path): other users may read this private key; protect it with: chmod 600 \(path)")
    }
    let text = LabelFile.contents(of: path) ?? Data()
    let words = text.prefix(256).split(separator: UInt8(ascii: " "))
    guard words.count == 2, words[0].elementsEqual(Self.fieldName.utf8),
      let bytes = HexText.decode(Array(words[1].dropLast()), byteCount: 32),
      words[1].last == UInt8(ascii: "\n"),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
    else {
      throw Failure("\(path) is no private key; make one with 'swiftlet keys make'")
    }
    self.key = key
  }

  /// What decides on the workstation whether a signature is one.
  static let verifier: PublicKey.Verifier = { signature, message, key in
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
    return key.isValidSignature(signature, for: message)
  }

  var publicKey: PublicKey {
    PublicKey(Array(key.publicKey.rawRepresentation), verifier: Self.verifier)
  }

  func signature(of message: [UInt8]) throws -> [UInt8] {
    Array(try key.signature(for: message))
  }

  /// The file of the public key.
  var publicText: String { "\(PublicKey.fieldName) \(HexText.encode(publicKey.bytes))\n" }

  /// Writes a new file of mode 0600; one that is there stays.
  func write(to path: String) throws {
    let text = "\(Self.fieldName) \(HexText.encode(Array(key.rawRepresentation)))\n"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw Failure("\(path): the key cannot be written (\(reason)); choose another name")
    }
    Terminal.write(text, to: descriptor)
    let isWhole = lseek(descriptor, 0, SEEK_END) == text.utf8.count && fsync(descriptor) == 0
    guard close(descriptor) == 0, isWhole else {
      unlink(path)
      throw Failure(
        "\(path): the key cannot be written; check the free space", code: Failure.failed)
    }
  }
}
