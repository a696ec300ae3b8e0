// SPDX-License-Identifier: Apache-2.0

/// What one client, and all of them together, can make the server hold.
enum ServeLimits {
  static let connectionCount = 64
  /// Bytes of a request line with its headers.
  static let requestByteCount = 8192
  /// Events that wait for one client; the oldest go first.
  static let waitingEventCount = 128
  /// Bytes of one event; a longer one is dropped and counted.
  static let eventByteCount = 65_536
  /// Bytes that the kernel keeps for a client that does not read.
  static let sendBufferByteCount: Int32 = 131_072
  static let requestSeconds = 10.0
  static let idleSeconds = 60.0
  /// How long one write to a client may take.
  static let writeSeconds = 20.0
  static let heartbeatSeconds = 15.0
  /// How long `stop` waits for clients to take what is left.
  static let stopSeconds = 1.0
}
