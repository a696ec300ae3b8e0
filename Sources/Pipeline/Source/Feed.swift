// SPDX-License-Identifier: Apache-2.0

/// What connects a source's thread with the watcher: frames, events, and the wish to stop.
package final class Feed: @unchecked Sendable {
  /// The newest events are kept; a source that flaps for days while nobody reads fills no memory.
  private static let eventLimit = 64

  package let exchange: FrameExchange
  /// Readable when the source is to end.
  package let stop = WakeDescriptor()
  /// Readable when there is something for the watcher.
  package let arrival: WakeDescriptor

  private let lock = Lock()
  private var events: [SourceEvent] = []
  private var damaged = Damage()
  private var isEndRequested = false

  /// Frames that cannot be used.
  package struct Damage {
    package var count: UInt64 = 0
    /// What was wrong with the last one, and what to do about it.
    package var reason = ""
    package var device = ""
  }

  package init() {
    arrival = WakeDescriptor()
    exchange = FrameExchange(arrival: arrival)
  }

  /// Ends the watch that reads from this feed, from any thread.
  package func end() {
    lock.withLock { isEndRequested = true }
    stop.signal()
    arrival.signal()
  }

  // MARK: - The source's side

  package func post(_ event: SourceEvent) {
    lock.withLock {
      if events.count >= Self.eventLimit { events.removeFirst() }
      events.append(event)
    }
    arrival.signal()
  }

  /// Counts frames that cannot be used.
  package func noteDamaged(_ reason: String, count: UInt64 = 1, device: String) {
    lock.withLock {
      damaged.count += count
      damaged.reason = reason
      damaged.device = device
    }
    arrival.signal()
  }

  /// Waits, but not beyond the wish to stop.
  ///
  /// - Returns: whether the source is to end.
  package func sleep(milliseconds: Int) -> Bool { stop.wait(milliseconds: milliseconds) }

  package var isStopping: Bool { stop.wait(milliseconds: 0) }

  // MARK: - The watcher's side

  /// Whether somebody wants the watch to end.
  package var isEnding: Bool { lock.withLock { isEndRequested } }

  package func takeEvents() -> [SourceEvent] {
    lock.withLock {
      guard !events.isEmpty else { return [] }
      let taken = events
      events = []
      return taken
    }
  }

  /// The damage since the last call.
  package func takeDamage() -> Damage {
    lock.withLock {
      guard damaged.count > 0 else { return damaged }
      let taken = damaged
      damaged = Damage()
      return taken
    }
  }
}
