// SPDX-License-Identifier: Apache-2.0
import Bundle
import CPlatform
import Pipeline
import Runtime

/// One watch: a source on its own thread, the watcher on this one, and the sinks.
struct RunSession {
  let arguments: RunArguments

  /// Watches until something ends it.
  /// - Returns: why.
  func run() throws(Failure) -> EndReason {
    let feed = Feed()
    swiftlet_signals_install(feed.arrival.descriptor)
    // A stream is read while the model is made ready; a camera's frame size depends on the model.
    try startStream(feed)
    let model = try RunModel.open(arguments)
    let (name, trial) = (model.name, model.trial)
    let classifier = model.takeClassifier()
    let options = try watchOptions(classifier)
    let board = WatchBoard()
    let sinks = sinks(board, trial)
    try startCamera(feed, classifier.adequateSide(region: options.region))
    var watcher = Watcher(
      classifier, modelName: name, source: sourceName,
      feed: feed, options: options, sinks: sinks, board: board,
      writesMetrics: arguments.output.metricsFile != nil)
    return watcher.run()
  }

  private func watchOptions(_ classifier: borrowing Classifier) throws(Failure) -> WatchOptions {
    var options = WatchOptions()
    options.decision = try arguments.decision.options(classifier, isStill: isStill)
    options.region = arguments.decision.region
    options.topCount = arguments.decision.top
    let seconds = arguments.decision.everySeconds
    options.maximumRate = seconds > 0 ? 1 / seconds : nil
    let period = arguments.output.statisticsSeconds
    options.statisticsSeconds = period > 0 ? period : nil
    options.tellsDigest = arguments.output.tellsDigest
    options.exitsOnError = arguments.output.exitsOnError
    return options
  }

  private func sinks(_ board: WatchBoard, _ trial: BoardTrial?) -> [WatchSink] {
    let output = arguments.output
    let standard = LineSink(
      STDOUT_FILENO, name: "standard output", patienceMilliseconds: waitsForReaders ? nil : 100)
    standard.takesChangesOnly = output.changesOnly
    var sinks: [WatchSink] = [standard]
    if let path = output.log {
      let log = LogSink(path: path)
      log.takesChangesOnly = output.changesOnly
      sinks.append(log)
    }
    if let service = ServiceSink.ofEnvironment() { sinks.append(service) }
    if let trial { sinks.append(TrialSink.make(trial)) }
    if let path = output.metricsFile { sinks.append(MetricsFileSink(path: path, board: board)) }
    return sinks
  }

  // MARK: - Source

  private var source: RunArguments.Source { arguments.source ?? .camera(nil) }

  /// As the user named it.
  private var sourceName: String {
    switch source {
    case .camera(let name): name ?? "camera"
    case .file(let path): path
    case .standardInput: "-"
    }
  }

  /// Whether frames have nothing to do with each other: JPEG files are taken for photographs.
  private var isStill: Bool {
    guard case .file(let path) = source else { return false }
    return [".jpg", ".jpeg", ".JPG", ".JPEG"].contains { path.hasSuffix($0) }
  }

  /// Whether no result may be lost because its reader is slow.
  private var waitsForReaders: Bool {
    switch source {
    case .camera: false
    case .file: true
    case .standardInput: arguments.input.takesEveryFrame
    }
  }

  private func startStream(_ feed: Feed) throws(Failure) {
    let input = arguments.input
    switch source {
    case .camera: return
    case .file(let path):
      let options = try input.stream(takesEveryFrame: true)
      try letRun(
        StreamSource.start(try open(path), name: path, options: options, feed: feed))
    case .standardInput:
      let options = try input.stream(takesEveryFrame: input.takesEveryFrame)
      try letRun(StreamSource.start(STDIN_FILENO, name: "-", options: options, feed: feed))
    }
  }

  private func startCamera(
    _ feed: Feed, _ adequateSide: (width: Int, height: Int)
  ) throws(Failure) {
    guard case .camera(let selector) = source else { return }
    try letRun(CameraSource.start(arguments.input.camera(selector, adequateSide), feed: feed))
  }

  /// Nobody waits for a source: a driver that hangs must not hold up the end, and what it holds goes
  /// with the process.
  private func letRun(_ thread: WorkerThread?) throws(Failure) {
    guard let thread else {
      throw Failure("a thread could not be started; close other programs", code: Failure.failed)
    }
    thread.detach()
  }

  private func open(_ path: String) throws(Failure) -> Int32 {
    let descriptor = swiftlet_open_read_only(path)
    guard descriptor < 0 else { return descriptor }
    let code = swiftlet_errno()
    let words = strerror(code).map { String(cString: $0) } ?? "error " + String(code)
    throw Failure(path + ": cannot be read: " + words + "; check the path")
  }
}
