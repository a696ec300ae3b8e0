// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A lock that one process has, and that ends with it.
struct FileClaim {
  private let descriptor: Int32
  private let path: String

  /// - Returns: nil where another process has it, or it cannot be made.
  init?(_ path: String) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  func release() {
    unlink(path)
    close(descriptor)
  }
}
