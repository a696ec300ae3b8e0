// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Glibc
import Pipeline
import Runtime

/// One run of `swiftlet watch`: a source on its own thread, the watcher on this one, and the sinks.
struct WatchSession {
  let kind: WatchSourceKind
  let sourceName: String
  let modelPath: String
  let input: WatchSourceArguments
  let output: WatchOutputArguments
  let network: WatchNetworkArguments

  func run(_ classifier: consuming Classifier, options: WatchOptions) throws -> EndReason {
    let feed = Feed()
    swiftlet_signals_install(feed.arrival.descriptor)
    let board = WatchBoard()
    let others = NetworkSinks()
    let serveOptions = try network.serveOptions()
    let mqttOptions = try network.mqttOptions()
    if let serveOptions { try others.serve(serveOptions, board) }
    if let mqttOptions { try others.publish(mqttOptions, changesOnly: output.onChange) }
    if let serveOptions, Terminal.isWatched {
      let query = serveOptions.token.map { "?token=\($0)" } ?? ""
      Terminal.write("swiftlet: the page is at http://\(serveOptions.address)/\(query)\n")
    }
    let sinks = localSinks(board) + others.sinks
    let thread = try startSource(feed, classifier.adequateSide(region: options.region))
    var watcher = Watcher(
      classifier, modelName: WatchStart.modelName(path: modelPath), source: sourceName, feed: feed,
      options: options,
      sinks: sinks, observers: others.observers + localObservers, board: board,
      writesMetrics: output.metricsFile != nil || network.serve != nil)
    let reason = watcher.run()
    others.stop()
    // A driver that hangs must not hold up the end; what it holds goes with the process.
    thread.detach()
    return reason
  }

  // MARK: - Sinks

  private func localSinks(_ board: WatchBoard) -> [WatchSink] {
    let standard: WatchSink
    if isatty(STDOUT_FILENO) == 1 && !output.json {
      let people = HumanOutput()
      standard = ClosureSink(name: "standard output") { event, _ in
        people.write(event)
        return nil
      }
    } else {
      standard = LineSink(
        STDOUT_FILENO, name: "standard output", patienceMilliseconds: waitsForReaders ? nil : 100)
    }
    standard.takesChangesOnly = output.onChange
    var sinks = [standard]
    if let path = output.log {
      let log = LogSink(path: path)
      log.takesChangesOnly = output.onChange
      sinks.append(log)
    }
    if let service = ServiceSink.ofEnvironment() { sinks.append(service) }
    if let path = output.metricsFile { sinks.append(MetricsFileSink(path: path, board: board)) }
    return sinks
  }

  private var localObservers: [FrameObserver] {
    guard let folder = output.snapshotDir else { return [] }
    var options = SnapshotOptions(folder: folder)
    options.below = Float(output.snapshotBelow)
    options.byteLimit = output.snapshotLimit * 1_000_000
    options.seconds = output.snapshotInterval
    return [SnapshotStore(options)]
  }

  /// Whether no result may be lost because its reader is slow.
  private var waitsForReaders: Bool {
    switch kind {
    case .pictures, .stream: true
    case .standardInput: input.everyFrame
    case .camera: false
    }
  }

  // MARK: - Source

  private func startSource(
    _ feed: Feed, _ adequateSide: (width: Int, height: Int)
  ) throws -> WorkerThread {
    let thread: WorkerThread?
    switch kind {
    case .pictures(let paths):
      thread = WorkerThread { PictureSource(paths: paths, feed: feed).run() }
    case .standardInput(let framing):
      let options = streamOptions(framing, takesEveryFrame: input.everyFrame)
      thread = StreamSource.start(STDIN_FILENO, name: "-", options: options, feed: feed)
    case .stream(let path, let framing):
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw Failure("\(path): cannot be read: \(String(cString: strerror(errno)))")
      }
      let options = streamOptions(framing, takesEveryFrame: true)
      thread = StreamSource.start(descriptor, name: path, options: options, feed: feed)
    case .camera(let selector):
      thread = CameraSource.start(cameraOptions(selector, adequateSide), feed: feed)
    }
    guard let thread else {
      throw Failure("a thread could not be started; close other programs", code: Failure.failed)
    }
    return thread
  }

  private func cameraOptions(
    _ selector: String?, _ adequateSide: (width: Int, height: Int)
  ) -> CameraSourceOptions {
    var options = CameraSourceOptions()
    options.selector = selector
    options.request = input.request(adequateSide: adequateSide)
    options.freezeMilliseconds = Int(input.freezeTimeout * 1000)
    return options
  }

  private func streamOptions(_ framing: StreamFraming?, takesEveryFrame: Bool) -> StreamOptions {
    var options = StreamOptions()
    options.framing = framing
    options.takesEveryFrame = takesEveryFrame
    options.freezeMilliseconds = Int(input.freezeTimeout * 1000)
    return options
  }
}
