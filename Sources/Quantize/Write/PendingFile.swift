// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A temporary file that SIGINT, SIGTERM and SIGHUP remove where they end the program. There is one
/// at a time.
///
/// The handler may call only what is safe within a signal: it reads one pointer and calls unlink,
/// signal and raise.
struct PendingFile {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]
  nonisolated(unsafe) private static var pending: UnsafeMutablePointer<CChar>?

  let path: String
  let descriptor: Int32
  private let old: [(signal: Int32, action: sigaction)]

  /// Opens a new file in the folder of `path`, as readable as the caller's other files.
  /// - Throws: `QuantizationError.unwritable`.
  init(beside path: String) throws {
    let suffix = String(UInt64.random(in: 0..<1 << 50), radix: 36)
    self.path = "\(path).\(suffix)"
    // The handler knows the file before it exists, so none is left behind.
    Self.pending = strdup(self.path)
    old = Self.handleSignals()
    descriptor = open(self.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    let code = errno
    guard descriptor >= 0 else {
      end()
      throw QuantizationError.unwritable(path, errno: code)
    }
  }

  /// Gives the signals back. The file is closed, and renamed or removed.
  func end() {
    for (signal, action) in old {
      var action = action
      sigaction(signal, &action, nil)
    }
    let path = Self.pending
    Self.pending = nil
    free(path)
  }

  /// - Returns: what the signals did before. Those that are ignored, or that the program handles
  ///   itself, stay so: it goes on, and the file is written to its end.
  private static func handleSignals() -> [(signal: Int32, action: sigaction)] {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in
      if let path = PendingFile.pending { unlink(path) }
      Glibc.signal(signal, SIG_DFL)
      raise(signal)
    }
    return signals.compactMap { signal in
      var before = sigaction()
      sigaction(signal, nil, &before)
      guard isDefault(before) else { return nil }
      sigaction(signal, &action, nil)
      return (signal, before)
    }
  }

  private static func isDefault(_ action: sigaction) -> Bool {
    // SIG_DFL is the address 0, SIG_IGN 1: no functions that could be compared.
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0
  }
}
