// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// Classifies what a feed delivers and tells its sinks, until a signal or the end of the feed.
///
/// It works on the thread that calls `run`; the source fills the feed on another one. After the
/// first frames, a frame allocates nothing here.
package struct Watcher: ~Copyable {
  let options: WatchOptions
  let feed: Feed
  let board: WatchBoard
  let observers: [FrameObserver]
  var sinks: SinkList
  var classifier: FrameClassifier
  var decider: Decider
  var metrics: WatchMetrics
  var result = WatchResult()
  var outage: Outage?
  var damage: DamageEpisode?
  /// When the next frame may be taken, statistics are due, metrics are written again, and sinks want
  /// to hear that this watcher lives.
  var frameDue: UInt64 = 0
  var statisticsDue: UInt64
  var metricsDue: UInt64 = 0
  var heartbeatDue: UInt64 = .max
  var endReason: EndReason?
  /// Faults and recoveries of sinks that no sink was told of yet.
  private var unsaid: [WatchEvent] = []
  /// So many of them are told with one event.
  private static let newsLimit = 8
  private let start: WatchStart
  /// The device that frames come from, as faults name it.
  var sourceName: String
  /// Whether somebody reads the board's metrics.
  private let writesMetrics: Bool

  /// - Parameters:
  ///   - source: as the user named it.
  ///   - writesMetrics: whether the board's metrics are kept up to date.
  package init(
    _ classifier: consuming Classifier, modelName: String, source: String, feed: Feed,
    options: WatchOptions, sinks: [WatchSink], observers: [FrameObserver] = [],
    board: WatchBoard = WatchBoard(), writesMetrics: Bool = false
  ) {
    self.options = options
    self.feed = feed
    self.board = board
    self.observers = observers
    self.writesMetrics = writesMetrics
    sourceName = source
    self.sinks = SinkList(sinks)
    start = WatchStart(
      version: SwiftletVersion.current, model: modelName, classes: classifier.labelCount,
      source: source, instructionSet: classifier.engine.instructionSet.name.description,
      threads: classifier.engine.threads)
    metrics = WatchMetrics(tellsUnknown: classifier.rejection != nil)
    decider = Decider(options: options.decision, classCount: classifier.labelCount)
    self.classifier = FrameClassifier(classifier, region: options.region)
    statisticsDue = .max
    if let seconds = options.statisticsSeconds {
      statisticsDue = swiftlet_nanoseconds() + Self.nanoseconds(seconds)
    }
  }

  /// Watches until something ends it; then the feed is asked to stop.
  package mutating func run() -> EndReason {
    emit(.start(start))
    beat()
    while endReason == nil {
      feed.arrival.drain()
      obeySignals()
      handleEvents()
      noteDamage(feed.takeDamage())
      if endReason == nil { takeFrame() }
      doWhatIsDue()
      if sinks.areAllGone { endReason = .error }
      if endReason == nil { feed.arrival.wait(milliseconds: millisecondsUntilDue()) }
    }
    feed.stop.signal()
    // The last events of a short watch find what became of all its frames.
    noteMetrics()
    if options.statisticsSeconds != nil { emitStatistics() }
    let reason = endReason ?? .error
    emit(.end(reason, frames: metrics.frames, uptimeSeconds: metrics.uptimeSeconds))
    return reason
  }

  // MARK: - Events

  /// Tells all sinks, and then what became of them.
  mutating func emit(_ event: WatchEvent) {
    if case .fault = event { metrics.noteFault() }
    unsaid += sinks.write(event)
    // Telling of one sink may be when another one fails or recovers. Sinks that flap with every
    // line must not hold up the watch: what is left is told with the next event.
    var attempts = 0
    while !unsaid.isEmpty && attempts < Self.newsLimit {
      attempts += 1
      let news = unsaid.removeFirst()
      if case .fault = news { metrics.noteFault() }
      unsaid += sinks.write(news)
    }
  }

  /// Says once that an observer fails, and once that it does not any more.
  mutating func note(_ failure: SinkFailure?, of observer: FrameObserver) {
    if let failure {
      observer.failureCount += 1
      guard observer.failingSince == nil else { return }
      observer.failingSince = swiftlet_nanoseconds()
      emit(
        .fault(
          Fault(
            .sinkFailed, message: failure.message, device: observer.name, errno: failure.errno)))
    } else if let since = observer.failingSince {
      observer.failingSince = nil
      let seconds = Double(swiftlet_nanoseconds() - since) * 1e-9
      emit(
        .recovered(
          Recovery(kind: .sinkFailed, downSeconds: seconds, count: observer.failureCount)))
      observer.failureCount = 0
    }
  }

  private mutating func obeySignals() {
    let signals = Int(swiftlet_signals_take())
    if signals & SWIFTLET_SIGNAL_REOPEN != 0 { sinks.reopen() }
    if signals & SWIFTLET_SIGNAL_STATISTICS != 0 { emitStatistics() }
    if signals & SWIFTLET_SIGNAL_STOP != 0 || feed.isEnding { endReason = .signal }
  }

  mutating func emitStatistics() {
    emit(.stats(metrics.takeStatistics(dropped: Int(feed.exchange.dropped))))
  }

  // MARK: - Time

  static func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(max(seconds, 0) * 1e9) }

  private mutating func doWhatIsDue() {
    let now = swiftlet_nanoseconds()
    if now >= statisticsDue, let seconds = options.statisticsSeconds {
      emitStatistics()
      statisticsDue = now + Self.nanoseconds(seconds)
    }
    if let episode = damage, episode.isOver(at: now) {
      damage = nil
      emit(
        .recovered(
          Recovery(kind: .frameDamaged, downSeconds: episode.seconds, count: episode.count)))
    }
    if now >= heartbeatDue { beat() }
    if now >= metricsDue {
      noteMetrics()
      metricsDue = now + 1_000_000_000
    }
  }

  private mutating func beat() {
    if sinks.heartbeatSeconds != nil { sinks.beat() }
    // A sink may have had enough.
    let seconds = sinks.heartbeatSeconds
    heartbeatDue = seconds.map { swiftlet_nanoseconds() + Self.nanoseconds($0) } ?? .max
  }

  private func noteMetrics() {
    guard writesMetrics else { return }
    let isStreaming = outage == nil && metrics.frames > 0
    board.note(
      metrics: metrics.prometheusText(
        dropped: Int(feed.exchange.dropped), isStreaming: isStreaming))
  }

  private func millisecondsUntilDue() -> Int? {
    let now = swiftlet_nanoseconds()
    var due = min(statisticsDue, heartbeatDue)
    if frameDue > now { due = min(due, frameDue) }
    if damage != nil { due = min(due, now + DamageEpisode.quietNanoseconds / 2) }
    if writesMetrics { due = min(due, metricsDue) }
    guard due < .max else { return nil }
    return due <= now ? 0 : Int((due - now) / 1_000_000) + 1
  }
}
