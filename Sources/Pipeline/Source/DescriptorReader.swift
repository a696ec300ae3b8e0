// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Reads a file descriptor through a buffer, and can be stopped while it waits.
struct DescriptorReader: ~Copyable {
  enum Outcome: Equatable {
    case ready, stopped, ended
    /// Nothing came within the time.
    case timeout
    case failed(errno: Int32)
  }

  private static let capacity = 1 << 16

  private let descriptor: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
  private var start = 0
  private var end = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { buffer.deallocate() }

  /// What was read and not yet consumed.
  var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

  mutating func consume(_ count: Int) { start += count }

  /// Waits until at least one byte is available.
  ///
  /// - Parameter timeoutMilliseconds: nil: for ever.
  mutating func fill(stop: WakeDescriptor, timeoutMilliseconds: Int?) -> Outcome {
    if start < end { return .ready }
    start = 0
    end = 0
    while true {
      let ready = swiftlet_wait_readable(
        descriptor, stop.descriptor, Int64(timeoutMilliseconds ?? -1))
      if ready & 2 != 0 { return .stopped }
      guard ready & 1 != 0 else {
        if timeoutMilliseconds != nil { return .timeout }
        continue
      }
      guard let base = buffer.baseAddress else { return .ended }
      let count = swiftlet_read(descriptor, base, buffer.count)
      if count > 0 {
        end = Int(count)
        return .ready
      }
      if count == 0 { return .ended }
      let code = swiftlet_errno()
      if code != EINTR && code != EAGAIN { return .failed(errno: code) }
    }
  }
}
