// SPDX-License-Identifier: Apache-2.0

import CPlatform

/// Hands frames from one source thread to one network thread, without copies.
///
/// At most one frame waits: a newer one takes its place, and the older one goes back to the source.
/// So the network always gets the newest frame, however slow it is, and memory never grows.
package final class FrameExchange: @unchecked Sendable {
  private let lock = Lock()
  private var waiting: PendingFrame?
  /// The slot that the network works on.
  private var lentSlot: Int?
  /// The slots that the network has finished since the source last asked, one bit each.
  private var finished: UInt64 = 0
  private var droppedCount: UInt64 = 0

  /// Readable when a frame waits.
  package let arrival: WakeDescriptor
  /// Readable when the network has taken or finished a frame.
  private let progress = WakeDescriptor()

  /// - Parameter arrival: what the network's thread waits on; others may signal it too.
  package init(arrival: WakeDescriptor) { self.arrival = arrival }

  // MARK: - The source's side

  /// Offers a frame; the slot of the one that it replaces, if any, is the source's again.
  package func offer(_ frame: PendingFrame) -> Int? {
    let replaced = lock.withLock { () -> Int? in
      let slot = waiting?.slot
      if slot != nil { droppedCount += 1 }
      waiting = frame
      return slot
    }
    arrival.signal()
    return replaced
  }

  /// Waits until no frame waits, so that the next one replaces none.
  ///
  /// - Returns: false when `stop` became readable first.
  package func waitForRoom(stop: WakeDescriptor) -> Bool {
    wait(stop: stop) { waiting == nil }
  }

  /// Waits until the network has finished all frames.
  ///
  /// - Returns: false when `stop` became readable first.
  package func waitUntilIdle(stop: WakeDescriptor) -> Bool {
    wait(stop: stop) { waiting == nil && lentSlot == nil }
  }

  /// The slots that the network has finished since the last call, one bit each.
  package func takeFinished() -> UInt64 {
    lock.withLock {
      let slots = finished
      finished = 0
      return slots
    }
  }

  /// Takes the waiting frame back and waits until the network has finished its own: afterwards no
  /// memory of the source is in use.
  package func withdraw() {
    while true {
      let isIdle = lock.withLock {
        waiting = nil
        return lentSlot == nil
      }
      if isIdle { break }
      progress.wait(milliseconds: 1000)
      progress.drain()
    }
    _ = takeFinished()
  }

  /// Frames that were passed over.
  package var dropped: UInt64 { lock.withLock { droppedCount } }

  private func wait(stop: WakeDescriptor, until condition: () -> Bool) -> Bool {
    while true {
      progress.drain()
      if lock.withLock(condition) { return true }
      if swiftlet_wait_readable(progress.descriptor, stop.descriptor, 1000) & 2 != 0 {
        return false
      }
    }
  }

  // MARK: - The network's side

  /// The newest frame, lent until `finish`.
  package func take() -> PendingFrame? {
    let frame = lock.withLock { () -> PendingFrame? in
      guard let frame = waiting else { return nil }
      waiting = nil
      lentSlot = frame.slot
      return frame
    }
    if frame != nil { progress.signal() }
    return frame
  }

  /// Gives back the frame that `take` lent.
  package func finish(_ frame: borrowing PendingFrame) {
    let slot = frame.slot
    lock.withLock {
      finished |= 1 << UInt64(slot)
      lentSlot = nil
    }
    progress.signal()
  }
}
