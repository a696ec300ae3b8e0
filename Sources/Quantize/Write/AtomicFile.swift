// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Writes a file so that its path leads to the old content or to all of the new, never to a part.
package enum AtomicFile {
  /// The signal handlers know of one temporary file.
  private static let oneAtATime = Mutex(())

  /// Writes to a temporary file in the same folder, flushes it to the disk and renames it.
  ///
  /// It is as readable as the file that it replaces, or else as the caller's other files.
  /// SIGINT, SIGTERM and SIGHUP remove the temporary file and end the program as they would have;
  /// where the program handles them itself, it goes on and the file is written.
  /// - Throws: `QuantizationError.unwritable`; the old file is then as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try oneAtATime.withLock { _ in
      let file = try PendingFile(beside: path)
      defer { file.end() }
      keepPermissions(of: path, file.descriptor)
      var code = fill(file.descriptor, bytes)
      if close(file.descriptor) != 0 && code == 0 { code = errno }
      if code == 0 && rename(file.path, path) != 0 { code = errno }
      guard code == 0 else {
        unlink(file.path)
        throw QuantizationError.unwritable(path, errno: code)
      }
    }
    synchronizeFolder(of: path)
  }

  /// Whether a file can be made beside `path`, so that long work does not end in an error.
  /// - Throws: `QuantizationError.unwritable`.
  package static func check(_ path: String) throws {
    try oneAtATime.withLock { _ in
      let file = try PendingFile(beside: path)
      defer { file.end() }
      close(file.descriptor)
      unlink(file.path)
    }
    var status = stat()
    if stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      throw QuantizationError.unwritable(path, errno: EISDIR)
    }
  }

  private static func keepPermissions(of path: String, _ descriptor: Int32) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    fchmod(descriptor, status.st_mode & 0o777)
  }

  /// - Returns: 0 or `errno`.
  private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    let code: Int32 = bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, base + offset, buffer.count - offset)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return count < 0 ? errno : EIO }
        offset += count
      }
      return 0
    }
    guard code == 0 else { return code }
    return fsync(descriptor) == 0 ? 0 : errno
  }

  /// Makes the rename last. The file itself is complete either way, so a failure changes nothing.
  private static func synchronizeFolder(of path: String) {
    let end = path.lastIndex(of: "/")
    let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
