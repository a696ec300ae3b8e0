// SPDX-License-Identifier: Apache-2.0

/// Publishes the events of `swiftlet watch` to an MQTT broker. Calls return at once: a thread of its
/// own connects, again and again, and sends what waits.
package final class MQTTPublisher: Sendable {
  /// Whether the program was built with the package trait `MQTT`.
  package static var isAvailable: Bool {
    #if MQTT
      true
    #else
      false
    #endif
  }

  package let options: MQTTOptions
  let outbox = Outbox()
  let topics: Topics
  private let reports: OutageReports
  #if MQTT
    private let thread: BrokerThread
  #endif

  /// - Parameters:
  ///   - onFailure: called once when an outage begins, with what happened and what to do.
  ///   - onRecovery: called when it is over.
  package init(
    options: MQTTOptions,
    onFailure: @escaping @Sendable (String) -> Void = { _ in },
    onRecovery: @escaping @Sendable () -> Void = {}
  ) {
    self.options = options
    topics = Topics(prefix: options.topicPrefix)
    reports = OutageReports(onFailure: onFailure, onRecovery: onRecovery)
    #if MQTT
      thread = BrokerThread(options: options, topics: topics, outbox: outbox, reports: reports)
    #endif
    for message in Discovery.messages(options, topics) { outbox.retain(message) }
  }

  deinit { stop() }

  /// Connects in the background; a broker that is not there is no error but a failure to report.
  /// Throws without the trait, and where the CA file is of no use.
  package func start() throws(MQTTError) {
    #if MQTT
      try thread.start()
    #else
      throw MQTTError("built without MQTT; build with: swift build --traits MQTT")
    #endif
  }

  /// Hands over one event, a JSON object without a line feed. From any thread; never blocks.
  package func publish(kind: String, line: String) {
    outbox.add(Outbox.Message(topic: topics.events, payload: line, isRetained: false))
    if kind == "stats" {
      outbox.retain(Outbox.Message(topic: topics.stats, payload: line, isRetained: true))
    }
    if let problem = topics.problem(kind: kind, line: line) { outbox.retain(problem) }
    wake()
  }

  /// What is decided now, retained by the broker. `probability` is finite.
  package func publishState(label: String?, probability: Double) {
    guard let message = topics.state(label: label, probability: probability) else { return }
    outbox.retain(message)
    wake()
  }

  /// Events that were dropped because the broker was away or slow.
  package var droppedEventCount: Int { outbox.droppedCount }

  /// Sends what waits, for up to a second, then `offline`, and disconnects. Blocks for up to three
  /// seconds; the second call does nothing.
  package func stop() {
    #if MQTT
      thread.stop()
    #endif
  }

  private func wake() {
    #if MQTT
      thread.wake()
    #endif
  }
}
