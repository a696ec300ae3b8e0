// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Files that are there as a whole or not at all.
enum WholeFile {
  /// Writes a file beside its place and renames it.
  ///
  /// - Returns: the error number of what failed; nil when the file is in place.
  static func write(_ bytes: UnsafeRawBufferPointer, to path: String) -> Int32? {
    let temporary = path + ".part"
    let descriptor = swiftlet_open_write(temporary)
    guard descriptor >= 0 else { return swiftlet_errno() }
    var code = append(bytes, to: descriptor)
    if close(descriptor) != 0 && code == nil { code = swiftlet_errno() }
    if code == nil && rename(temporary, path) != 0 { code = swiftlet_errno() }
    if code != nil { unlink(temporary) }
    return code
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var written = 0
    while written < bytes.count, let base = bytes.baseAddress {
      let count = swiftlet_write(descriptor, base + written, bytes.count - written)
      if count < 0 {
        let code = swiftlet_errno()
        if code == EINTR { continue }
        return code
      }
      if count == 0 { return ENOSPC }
      written += Int(count)
    }
    return nil
  }

  /// What to do about an error number of a file.
  static func advice(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "the disk is full; make room"
    case EACCES, EPERM: "no permission; choose another path or change its rights"
    case EROFS: "the file system can only be read; choose another path"
    case ENOENT, ENOTDIR: "its folder is missing; make it"
    case EISDIR: "it is a folder; name a file"
    default: "error \(code); check the disk"
    }
  }
}
