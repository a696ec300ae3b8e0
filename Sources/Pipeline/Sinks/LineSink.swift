// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Writes JSON Lines to a descriptor that somebody reads: a pipe, a socket, a terminal.
///
/// A reader that does not read loses lines; it never holds up the camera.
package final class LineSink: WatchSink {
  private let descriptor: Int32
  /// How long to wait for a slow reader; nil: for ever, where no line may be lost.
  private let patienceMilliseconds: Int32?
  private var line: [UInt8] = []
  /// The bytes of `line` that are written; a line is finished before the next one begins.
  private var written = 0

  package init(_ descriptor: Int32, name: String, patienceMilliseconds: Int32?) {
    self.descriptor = descriptor
    self.patienceMilliseconds = patienceMilliseconds
    super.init(name: name)
    line.reserveCapacity(4096)
  }

  package override func write(_ event: WatchEvent, line next: [UInt8]) -> SinkFailure? {
    if let failure = flush() { return failure }
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: next)
    line.append(UInt8(ascii: "\n"))
    written = 0
    guard let failure = flush() else { return nil }
    // A line of which nothing is out yet can be left out; one that is begun has to be finished.
    if written == 0 { line.removeAll(keepingCapacity: true) }
    return failure
  }

  private func flush() -> SinkFailure? {
    while written < line.count {
      if swiftlet_wait_writable(descriptor, patienceMilliseconds ?? -1) == 0 {
        return SinkFailure("\(name) is not being read, so lines are lost; read it, or use --log")
      }
      let count = line.withUnsafeBytes { bytes -> Int64 in
        guard let base = bytes.baseAddress else { return 0 }
        // What poll promises a pipe is one page.
        return swiftlet_write(descriptor, base + written, min(bytes.count - written, 4096))
      }
      if count > 0 {
        written += Int(count)
        continue
      }
      let code = swiftlet_errno()
      if code == EINTR || code == EAGAIN { continue }
      if code == EPIPE {
        return SinkFailure("the reader of \(name) is gone", errno: code, isFinal: true)
      }
      return SinkFailure("\(name) cannot be written; check the free space", errno: code)
    }
    return nil
  }
}
