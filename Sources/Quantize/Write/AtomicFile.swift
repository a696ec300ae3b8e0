// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Writes a file so that its path leads to the old content or to all of the new, never to a part.
package enum AtomicFile {
  /// Writes to a temporary file in the same folder, flushes it to the disk and renames it.
  ///
  /// SIGINT, SIGTERM and SIGHUP remove the temporary file and end the program as they would have.
  /// - Throws: `QuantizationError.unwritable`; the old file is then as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    var template = Array((path + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw QuantizationError.unwritable(path, errno: errno) }
    let guarding = PendingFile.begin(template)
    defer { guarding.end() }
    var code = fill(descriptor, bytes)
    if close(descriptor) != 0 && code == 0 { code = errno }
    if code == 0 && rename(template, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(template)
      throw QuantizationError.unwritable(path, errno: code)
    }
    synchronizeFolder(of: path)
  }

  /// Whether a file can be made beside `path`, so that long work does not end in an error.
  /// - Throws: `QuantizationError.unwritable`.
  package static func check(_ path: String) throws {
    var template = Array((path + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw QuantizationError.unwritable(path, errno: errno) }
    close(descriptor)
    unlink(template)
    var status = stat()
    if stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      throw QuantizationError.unwritable(path, errno: EISDIR)
    }
  }

  /// - Returns: 0 or `errno`.
  private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    // mkstemp makes a private file; a model is as readable as the caller's other files.
    let mask = umask(0)
    umask(mask)
    guard fchmod(descriptor, 0o666 & ~mask) == 0 else { return errno }
    let code: Int32 = bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, base + offset, buffer.count - offset)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return errno }
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

/// A temporary file that SIGINT, SIGTERM and SIGHUP remove.
///
/// The handler may call only what is safe within a signal: it reads one pointer and calls unlink,
/// signal and raise.
private struct PendingFile {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]
  nonisolated(unsafe) private static var path: UnsafeMutablePointer<CChar>?

  private let old: [sigaction]

  static func begin(_ template: [CChar]) -> PendingFile {
    path = strdup(template)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in
      if let path = PendingFile.path { unlink(path) }
      Glibc.signal(signal, SIG_DFL)
      raise(signal)
    }
    return PendingFile(
      old: signals.map { signal in
        var before = sigaction()
        sigaction(signal, &action, &before)
        return before
      })
  }

  func end() {
    for (signal, action) in zip(Self.signals, old) {
      var action = action
      sigaction(signal, &action, nil)
    }
    free(Self.path)
    Self.path = nil
  }
}
