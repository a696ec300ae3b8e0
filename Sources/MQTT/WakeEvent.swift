// SPDX-License-Identifier: Apache-2.0
#if MQTT
  import Glibc

  /// Wakes a thread that waits in `poll`. Signalling never blocks: a full pipe wakes as well.
  final class WakeEvent: Sendable {
    /// To wait for.
    let descriptor: Int32
    private let input: Int32

    init() {
      var ends: [Int32] = [-1, -1]
      precondition(pipe(&ends) == 0, "the system has no more file descriptors")
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      descriptor = ends[0]
      input = ends[1]
    }

    deinit {
      close(descriptor)
      close(input)
    }

    func signal() {
      var byte: UInt8 = 1
      _ = write(input, &byte, 1)
    }

    func clear() {
      var bytes = [UInt8](repeating: 0, count: 4096)
      while read(descriptor, &bytes, bytes.count) == bytes.count {}
    }
  }
#endif
