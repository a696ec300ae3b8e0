// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Keeps the board's metrics in a file, for programs that read files instead of asking.
package final class MetricsFileSink: WatchSink {
  /// At least so long between two files; statistics and the end make one at once.
  private static let intervalNanoseconds: UInt64 = 5_000_000_000

  private let board: WatchBoard
  private var dueNanoseconds: UInt64 = 0

  package init(path: String, board: WatchBoard) {
    self.board = board
    super.init(name: path)
  }

  package override func write(_ event: WatchEvent, line: [UInt8]) -> SinkFailure? {
    let now = swiftlet_nanoseconds()
    switch event {
    case .stats, .end: break
    default: if now < dueNanoseconds { return nil }
    }
    dueNanoseconds = now + Self.intervalNanoseconds
    var text = board.metrics
    guard !text.isEmpty else { return nil }
    let code = text.withUTF8 { WholeFile.write(UnsafeRawBufferPointer($0), to: name) }
    return code.map {
      SinkFailure("\(name): the metrics cannot be written (\(WholeFile.advice($0)))", errno: $0)
    }
  }
}
