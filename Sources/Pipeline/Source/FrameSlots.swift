// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The buffers of a source that has to read its frames: one is filled, one waits, one is lent.
struct FrameSlots: ~Copyable {
  static let count = 3

  private var slots: InlineArray<3, UnsafeMutableRawBufferPointer>
  private var idle: UInt64 = 1 << UInt64(count) - 1

  init() {
    slots = InlineArray(repeating: UnsafeMutableRawBufferPointer(start: nil, count: 0))
  }

  deinit { for slot in 0..<Self.count { free(slots[slot].baseAddress) } }

  /// A slot to fill. There is always one: at most one frame waits and one is lent.
  mutating func next(_ exchange: FrameExchange) -> Int {
    idle |= exchange.takeFinished()
    let slot = idle.trailingZeroBitCount
    precondition(slot < Self.count, "a source has a slot more than can be in use")
    idle &= ~(1 << UInt64(slot))
    return slot
  }

  mutating func giveBack(_ slot: Int) { idle |= 1 << UInt64(slot) }

  func bytes(_ slot: Int) -> UnsafeMutableRawBufferPointer { slots[slot] }

  /// Makes room for `byteCount` bytes in a slot and keeps what it holds.
  ///
  /// - Returns: false when there is no memory; the slot is as before.
  mutating func reserve(_ slot: Int, byteCount: Int) -> Bool {
    guard byteCount > slots[slot].count else { return true }
    guard let grown = realloc(slots[slot].baseAddress, byteCount) else { return false }
    slots[slot] = UnsafeMutableRawBufferPointer(start: grown, count: byteCount)
    return true
  }
}
