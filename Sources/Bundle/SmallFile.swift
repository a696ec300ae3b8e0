// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Whole files of a few bytes.
enum SmallFile {
  /// - Throws: `unreadable`, with EFBIG where there are more than `limit` bytes.
  static func read(_ path: String, limit: Int) throws(BundleError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = bytes.withUnsafeMutableBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return Int(swiftlet_read_beginning(path, base, buffer.count))
    }
    guard count >= 0 else { throw .unreadable(path, errno: swiftlet_errno()) }
    guard count <= limit else { throw .unreadable(path, errno: EFBIG) }
    return [UInt8](bytes[..<count])
  }
}
