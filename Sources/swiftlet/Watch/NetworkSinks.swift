// SPDX-License-Identifier: Apache-2.0
import MQTT
import Pipeline
import Serve
import Synchronization

/// The web page and the broker as sinks of a watcher.
final class NetworkSinks {
  private(set) var sinks: [WatchSink] = []
  private(set) var observers: [FrameObserver] = []
  private var server: WatchServer?
  private var publisher: MQTTPublisher?

  /// What a thread in the background reports of itself, until the watcher asks.
  private final class Trouble: Sendable {
    private let message = Mutex<String?>(nil)
    func set(_ text: String?) { message.withLock { $0 = text } }
    var failure: SinkFailure? { message.withLock { $0 }.map { SinkFailure($0) } }
  }

  /// Binds the server's address.
  func serve(_ options: ServeOptions, _ board: WatchBoard) throws {
    let picture = LivePicture()
    let trouble = Trouble()
    let server = WatchServer(
      options: options,
      sources: ServeSources(
        snapshot: { picture.next() }, metrics: { board.metrics }, health: { board.health },
        failure: { trouble.set("--serve: \($0); start the program again") }))
    do {
      try server.start()
    } catch {
      throw Failure("--serve: \(error.description)", code: Failure.failed)
    }
    self.server = server
    observers.append(picture)
    sinks.append(
      ClosureSink(name: "http://\(options.address)") { _, line in
        server.publish(String(decoding: line, as: UTF8.self))
        return trouble.failure
      })
  }

  /// Connects to a broker in the background.
  func publish(_ options: MQTTOptions, changesOnly: Bool) throws {
    let trouble = Trouble()
    let publisher = MQTTPublisher(
      options: options, onFailure: { trouble.set("--mqtt: \($0)") },
      onRecovery: { trouble.set(nil) })
    do {
      try publisher.start()
    } catch {
      throw Failure("--mqtt: \(error.description)", code: Failure.failed)
    }
    self.publisher = publisher
    let sink = ClosureSink(name: "\(options.broker)") { event, line in
      publisher.publish(kind: event.kind, line: String(decoding: line, as: UTF8.self))
      if case .result(let result) = event, result.hasChanged {
        publisher.publishState(label: result.label, probability: Double(result.probability))
      }
      return trouble.failure
    }
    sink.takesChangesOnly = changesOnly
    sinks.append(sink)
  }

  /// Lets clients take what was published, and says goodbye to the broker.
  func stop() {
    server?.stop()
    publisher?.stop()
  }
}
