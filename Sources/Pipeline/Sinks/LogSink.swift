// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Appends JSON Lines to a file: whole lines or nothing, also when the disk is full.
package final class LogSink: WatchSink {
  private let path: String
  private var descriptor: Int32 = -1
  private var line: [UInt8] = []
  /// While it fails: no attempt before this time.
  private var retryNanoseconds: UInt64 = 0

  package init(path: String) {
    self.path = path
    super.init(name: path, faultKind: .logFailed)
    line.reserveCapacity(4096)
  }

  deinit { close() }

  package override func reopen() { close() }

  private func close() {
    if descriptor >= 0 { CPlatform.close(descriptor) }
    descriptor = -1
  }

  package override func write(_ event: WatchEvent, line next: [UInt8]) -> SinkFailure? {
    let now = swiftlet_nanoseconds()
    if now < retryNanoseconds { return SinkFailure("\(path) cannot be written") }
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: next)
    line.append(UInt8(ascii: "\n"))
    if let code = append() {
      retryNanoseconds = now + 500_000_000
      return SinkFailure(
        "\(path) cannot be written (\(WholeFile.advice(code))); lines are lost until it can",
        errno: code)
    }
    retryNanoseconds = 0
    return nil
  }

  /// Appends `line`; the error number where it does not fit as a whole.
  private func append() -> Int32? {
    if descriptor < 0 { descriptor = swiftlet_open_append(path) }
    guard descriptor >= 0 else { return swiftlet_errno() }
    let count = line.withUnsafeBytes { bytes -> Int64 in
      guard let base = bytes.baseAddress else { return 0 }
      return swiftlet_write(descriptor, base, bytes.count)
    }
    if count == Int64(line.count) { return nil }
    let code = count < 0 ? swiftlet_errno() : ENOSPC
    // Half a line is no line.
    if count > 0 { swiftlet_shorten(descriptor, count) }
    close()
    return code
  }
}
