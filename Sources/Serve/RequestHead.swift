// SPDX-License-Identifier: Apache-2.0
import FlyingSocks

/// Reads the head of a request within bounds.
enum RequestHead {
  private static let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

  /// The bytes before the empty line and those behind it. No head: it is longer than the limit.
  /// Throws where the client has gone.
  static func read(
    from socket: AsyncSocket, _ start: [UInt8]
  ) async throws -> (head: [UInt8]?, rest: [UInt8]) {
    var bytes = start
    var searched = 0
    while true {
      if let head = position(in: bytes, from: searched) {
        return (Array(bytes[..<head]), Array(bytes[(head + end.count)...]))
      }
      guard bytes.count < ServeLimits.requestByteCount else { return (nil, []) }
      searched = max(0, bytes.count - end.count + 1)
      bytes += try await socket.read(atMost: ServeLimits.requestByteCount - bytes.count)
    }
  }

  private static func position(in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= start + end.count else { return nil }
    return (start...bytes.count - end.count).first { bytes[$0...].starts(with: end) }
  }
}
