// SPDX-License-Identifier: Apache-2.0
import Glibc
import Training

/// A lock that one process has, and that ends with it.
struct FileClaim {
  private let descriptor: Int32
  private let path: String

  /// - Returns: nil where another process has it.
  /// - Throws: `TrainingError` where it cannot be made.
  init?(_ path: String) throws(TrainingError) {
    self.path = path
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard file >= 0 else { throw Self.failure(path, errno) }
      guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(file)
        if code == EWOULDBLOCK { return nil }
        throw Self.failure(path, code)
      }
      // Whoever had it may have removed the file in between; then another one is the lock.
      if Self.isFile(file, at: path) {
        descriptor = file
        return
      }
      close(file)
    }
  }

  func release() {
    unlink(path)
    close(descriptor)
  }

  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    var (mine, there) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino
      && mine.st_dev == there.st_dev
  }

  private static func failure(_ path: String, _ code: Int32) -> TrainingError {
    TrainingError(
      failure:
        "\(path): the lock cannot be taken: \(String(cString: strerror(code))); name another --output"
    )
  }
}
