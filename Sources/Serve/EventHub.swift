// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Hands each event to all clients, and the latest of each kind to new ones. Nothing in it blocks
/// or grows: a client that does not keep up loses its oldest events.
final class EventHub: Sendable {
  typealias Events = AsyncStream<[UInt8]>

  private struct State {
    var clients: [Int: Events.Continuation] = [:]
    var nextClient = 0
    var nextSequence = 0
    /// By kind: the order in which it came, and its bytes.
    var latest: [String: (sequence: Int, bytes: [UInt8])] = [:]
    var droppedCount = 0
    var isFinished = false
  }

  /// What a new client needs to show where things stand.
  private static let replayedKinds: Set<String> = [
    "start", "source", "result", "stats", "fault", "recovered", "end",
  ]
  private let state = Mutex(State())

  var clientCount: Int { state.withLock { $0.clients.count } }
  var droppedCount: Int { state.withLock { $0.droppedCount } }

  func publish(_ line: String) {
    let kind = EventKind.of(line)
    let isSound = !line.utf8.contains { $0 == 0x0A || $0 == 0x0D }
    guard let kind, isSound, line.utf8.count <= ServeLimits.eventByteCount else {
      state.withLock { $0.droppedCount += 1 }
      return
    }
    let bytes = Array("event: \(kind)\ndata: \(line)\n\n".utf8)
    state.withLock { state in
      guard !state.isFinished else { return }
      if Self.replayedKinds.contains(kind) {
        state.latest[kind] = (state.nextSequence, bytes)
        state.nextSequence += 1
      }
      for client in state.clients.values {
        if case .dropped = client.yield(bytes) { state.droppedCount += 1 }
      }
    }
  }

  /// A stream that begins with the latest events. It ends by `finish`; its reader must `leave`.
  func join() -> (client: Int, events: Events, continuation: Events.Continuation) {
    let (events, continuation) = Events.makeStream(
      bufferingPolicy: .bufferingNewest(ServeLimits.waitingEventCount))
    let client = state.withLock { state in
      for event in state.latest.values.sorted(by: { $0.sequence < $1.sequence }) {
        continuation.yield(event.bytes)
      }
      if state.isFinished { continuation.finish() }
      defer { state.nextClient += 1 }
      state.clients[state.nextClient] = continuation
      return state.nextClient
    }
    return (client, events, continuation)
  }

  func leave(_ client: Int) {
    state.withLock { $0.clients[client] = nil }
  }

  /// Ends all streams behind what they still hold.
  func finish() {
    let clients = state.withLock { state in
      state.isFinished = true
      return Array(state.clients.values)
    }
    for client in clients { client.finish() }
  }
}
