// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Uninitialized bytes that grow on demand and never shrink.
struct JPEGBuffer: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt8>?
  private(set) var capacity = 0

  init() {}

  /// Makes room for `count` bytes; what the buffer held is lost when it grows.
  mutating func reserve(
    _ count: Int
  ) throws(JPEGFrameError) -> UnsafeMutablePointer<UInt8> {
    if let base, count <= capacity { return base }
    free(base)
    base = nil
    capacity = 0
    guard let memory = malloc(max(count, 1)) else { throw .outOfMemory }
    let fresh = memory.assumingMemoryBound(to: UInt8.self)
    base = fresh
    capacity = count
    return fresh
  }

  deinit { free(base) }
}
