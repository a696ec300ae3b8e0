// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Uninitialized memory for trivial elements that grows on demand and never shrinks.
@safe struct ScratchBuffer<Element: BitwiseCopyable>: ~Copyable {
  private var memory: UnsafeMutableRawPointer?
  private(set) var capacity = 0

  init() { unsafe memory = nil }

  /// The first element. Valid for `capacity` elements until the next `reserve`.
  ///
  /// - Precondition: something was reserved.
  var base: UnsafeMutablePointer<Element> {
    guard let memory = unsafe memory else { preconditionFailure("nothing is reserved") }
    return unsafe memory.assumingMemoryBound(to: Element.self)
  }

  /// Makes room for at least `count` elements; what the buffer held is lost when it grows.
  mutating func reserve(_ count: Int) throws(RuntimeError) {
    guard count > capacity else { return }
    unsafe free(memory)
    unsafe memory = nil
    capacity = 0
    let byteCount = count * MemoryLayout<Element>.stride
    guard let fresh = unsafe malloc(byteCount) else {
      throw .outOfMemory(byteCount: byteCount)
    }
    unsafe memory = fresh
    capacity = count
  }

  deinit { unsafe free(memory) }
}
