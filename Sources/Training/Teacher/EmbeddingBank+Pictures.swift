// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Pictures

extension EmbeddingBank {
  /// What differs between the bank's pictures and those in a folder, one line a picture.
  ///
  /// - Throws: when the bank has no digests to compare with.
  public func differences(from folder: String) throws(TrainingError) -> [String] {
    guard !digests.isEmpty else {
      throw TrainingError("the bank has no 'sha256', so pictures cannot be compared with it")
    }
    var lines: [String] = []
    for (path, digest) in zip(paths, digests) {
      do {
        let bytes = try Pictures.read(path: folder + "/" + path)
        let found = SHA256.hash(data: bytes).map { Self.hexadecimal($0) }.joined()
        if found != digest.lowercased() { lines.append("\(path): another picture (SHA-256)") }
      } catch {
        lines.append(error.description)
      }
    }
    return lines
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
