// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What waits for the broker. Bounded: the oldest events go first and are counted; of what is
/// retained only the latest of each topic is kept.
final class Outbox: Sendable {
  struct Message: Sendable, Equatable {
    var topic: String
    var payload: String
    var isRetained: Bool
  }

  private struct State {
    var events: [Message] = []
    /// The first of `events` that still waits.
    var first = 0
    var byteCount = 0
    var droppedCount = 0
    /// In the order in which the topics first came.
    var retained: [(message: Message, isSent: Bool)] = []

    var waitingCount: Int { events.count - first }

    mutating func removeFirst() -> Message {
      let message = events[first]
      first += 1
      byteCount -= message.payload.utf8.count
      if first > Outbox.eventLimit {
        events.removeFirst(first)
        first = 0
      }
      return message
    }
  }

  static let eventLimit = 1000
  static let byteLimit = 1_048_576
  private let state = Mutex(State())

  var droppedCount: Int { state.withLock { $0.droppedCount } }
  var waitingCount: Int { state.withLock { $0.waitingCount } }
  var hasWaiting: Bool {
    state.withLock { $0.waitingCount > 0 || $0.retained.contains { !$0.isSent } }
  }

  func add(_ message: Message) {
    state.withLock { state in
      guard message.payload.utf8.count <= Self.byteLimit else {
        state.droppedCount += 1
        return
      }
      state.events.append(message)
      state.byteCount += message.payload.utf8.count
      while state.waitingCount > Self.eventLimit || state.byteCount > Self.byteLimit {
        _ = state.removeFirst()
        state.droppedCount += 1
      }
    }
  }

  /// Replaces what is retained under the message's topic. Nothing happens where it is the same.
  func retain(_ message: Message) {
    state.withLock { state in
      guard let index = state.retained.firstIndex(where: { $0.message.topic == message.topic })
      else {
        state.retained.append((message, false))
        return
      }
      if state.retained[index].message != message { state.retained[index] = (message, false) }
    }
  }

  /// What to send next: what is retained before events.
  func next() -> Message? {
    state.withLock { state in
      if let index = state.retained.firstIndex(where: { !$0.isSent }) {
        state.retained[index].isSent = true
        return state.retained[index].message
      }
      return state.waitingCount > 0 ? state.removeFirst() : nil
    }
  }

  /// After the connection was lost: what was retained goes out again, and so do the events that the
  /// broker did not confirm, before the others.
  func beginAgain(unconfirmed: [Message]) {
    state.withLock { state in
      for index in state.retained.indices { state.retained[index].isSent = false }
      let events = unconfirmed.filter { !$0.isRetained }
      state.events.replaceSubrange(..<state.first, with: events)
      state.first = 0
      state.byteCount += events.reduce(0) { $0 + $1.payload.utf8.count }
    }
  }
}
