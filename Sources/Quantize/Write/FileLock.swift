// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Keeps other programs that edit a file waiting while this one reads it, changes it and puts a new
/// one in its place.
///
/// An advisory lock (flock) on the file itself. Whoever waited for it finds a new file under the
/// path, and begins again with that one. A file system without locks gives none; `check` still sees
/// what others did.
package final class FileLock {
  /// The file, symbolic links followed: a link stays one when its file is replaced.
  package let path: String
  private let descriptor: Int32
  private let first: Stamp

  /// What a program that writes to a file or replaces it cannot leave as it is.
  private struct Stamp: Equatable {
    let values: [Int]

    init(_ status: stat) {
      values = [
        Int(truncatingIfNeeded: status.st_dev), Int(truncatingIfNeeded: status.st_ino),
        Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
      ]
    }

    init?(path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      self.init(status)
    }
  }

  /// - Parameters:
  ///   - path: of a file.
  ///   - onWait: called once where another program holds the lock.
  /// - Throws: `QuantizationError.unwritable` where there is no such file.
  package init(_ path: String, onWait: () -> Void = {}) throws {
    guard let resolved = realpath(path, nil) else {
      throw QuantizationError.unwritable(path, errno: errno)
    }
    self.path = String(cString: resolved)
    free(resolved)
    var hasWaited = false
    while true {
      let descriptor = open(self.path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw QuantizationError.unwritable(path, errno: errno) }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        if !hasWaited { onWait() }
        hasWaited = true
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
      }
      var status = stat()
      if fstat(descriptor, &status) == 0, Stamp(status) == Stamp(path: self.path) {
        (self.descriptor, first) = (descriptor, Stamp(status))
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// Before the file is replaced: whether it is still the one that was locked.
  /// - Throws: `FileChanged`.
  package func check() throws {
    guard Stamp(path: path) == first else { throw FileChanged(path: path) }
  }
}

/// Another program has changed a file since it was read.
package struct FileChanged: Error, CustomStringConvertible {
  package let path: String

  package var description: String {
    "\(path) was changed by another program meanwhile, so nothing was written. Give the command "
      + "again."
  }
}
