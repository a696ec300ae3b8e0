// SPDX-License-Identifier: Apache-2.0
#if MQTT
  import CMosquitto
  import Dispatch
  import Glibc
  import Synchronization

  /// The thread that connects, sends, and connects again until it is stopped.
  final class BrokerThread: Sendable {
    private enum Phase { case new, running, stopping, ended }

    private static let shortestPauseMilliseconds = 500
    private static let longestPauseMilliseconds = 30_000
    private static let answerMilliseconds = 10_000
    private static let lastWordsMilliseconds = 1000

    private let options: MQTTOptions
    private let topics: Topics
    private let outbox: Outbox
    private let reports: OutageReports
    private let event = WakeEvent()
    private let phase = Mutex(Phase.new)
    private let ended = DispatchSemaphore(value: 0)

    init(options: MQTTOptions, topics: Topics, outbox: Outbox, reports: OutageReports) {
      self.options = options
      self.topics = topics
      self.outbox = outbox
      self.reports = reports
    }

    func wake() { event.signal() }

    func start() throws(MQTTError) {
      mosquitto_lib_init()
      // Finds what cannot work at all, such as an unreadable CA file, before there is a thread.
      _ = try BrokerSession(options: options, will: topics.isAvailable(false))
      let isNew = phase.withLock { phase in
        defer { if phase == .new { phase = .running } }
        return phase == .new
      }
      guard isNew else { return }
      BackgroundThread.run { self.run() }
    }

    func stop() {
      let wasRunning = phase.withLock { phase in
        defer { phase = phase == .running ? .stopping : phase == .new ? .ended : phase }
        return phase == .running
      }
      guard wasRunning else { return }
      event.signal()
      _ = ended.wait(timeout: .now() + .seconds(3))
    }

    private var isStopping: Bool { phase.withLock { $0 == .stopping } }

    private func run() {
      var pause = Self.shortestPauseMilliseconds
      while !isStopping {
        if serveOneConnection() { pause = Self.shortestPauseMilliseconds }
        wait(milliseconds: pause)
        pause = min(2 * pause, Self.longestPauseMilliseconds)
      }
      phase.withLock { $0 = .ended }
      ended.signal()
    }

    /// Whether the broker had accepted the connection.
    private func serveOneConnection() -> Bool {
      var isAccepted = false
      var session: BrokerSession?
      do throws(MQTTError) {
        let opened = try BrokerSession(options: options, will: topics.isAvailable(false))
        session = opened
        try open(opened)
        isAccepted = true
        reports.connected()
        try opened.send(topics.isAvailable(true))
        while !isStopping {
          try sendWaiting(opened)
          try opened.step(wake: event, milliseconds: 1000)
        }
        try sayGoodbye(opened)
      } catch {
        if !isStopping { reports.failed(error.description) }
      }
      outbox.beginAgain(unconfirmed: session?.unconfirmedMessages ?? [])
      return isAccepted
    }

    private func open(_ session: BrokerSession) throws(MQTTError) {
      try session.connect()
      let deadline = DispatchTime.now() + .milliseconds(Self.answerMilliseconds)
      while session.answer == nil, !isStopping {
        try session.step(wake: event, milliseconds: 100)
        guard DispatchTime.now() < deadline else {
          throw MQTTError("the broker \(options.broker) does not answer; check that it is a broker")
        }
      }
    }

    private func sendWaiting(_ session: BrokerSession) throws(MQTTError) {
      while session.hasRoom, let message = outbox.next() { try session.send(message) }
    }

    private func sayGoodbye(_ session: BrokerSession) throws(MQTTError) {
      guard session.answer == 0 else { return }
      let deadline = DispatchTime.now() + .milliseconds(Self.lastWordsMilliseconds)
      while DispatchTime.now() < deadline, outbox.hasWaiting || !session.isIdle {
        try sendWaiting(session)
        try session.step(wake: event, milliseconds: 20)
      }
      try session.send(topics.isAvailable(false))
      let end = DispatchTime.now() + .milliseconds(Self.lastWordsMilliseconds)
      while DispatchTime.now() < end, !session.isIdle {
        try session.step(wake: event, milliseconds: 20)
      }
      session.disconnect()
    }

    /// Events do not shorten it; `stop` does.
    private func wait(milliseconds: Int) {
      let deadline = DispatchTime.now() + .milliseconds(milliseconds)
      while !isStopping, DispatchTime.now() < deadline {
        var wait = pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&wait, 1, 100)
        if wait.revents != 0 {
          event.clear()
          usleep(20_000)
        }
      }
    }
  }
#endif
