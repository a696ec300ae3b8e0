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
      classifier, modelName: modelName, source: sourceName, feed: feed, options: options,
      sinks: sinks, observers: others.observers + localObservers, board: board,
      writesMetrics: output.metricsFile != nil || network.serve != nil)
    let reason = watcher.run()
    others.stop()
    // A driver that hangs must not hold up the end; what it holds goes with the process.
    thread.detach()
    return reason
  }

  private var modelName: String {
    let file = modelPath.split(separator: "/").last.map(String.init) ?? modelPath
    return file.hasSuffix(".swiftlet") ? String(file.dropLast(9)) : file
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
    let body: @Sendable () -> Void
    switch kind {
    case .pictures(let paths): body = { PictureSource(paths: paths, feed: feed).run() }
    case .standardInput(let framing):
      body = streamBody(STDIN_FILENO, name: "-", framing, feed, takesEveryFrame: input.everyFrame)
    case .stream(let path, let framing):
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw Failure("\(path): cannot be read: \(String(cString: strerror(errno)))")
      }
      body = streamBody(descriptor, name: path, framing, feed, takesEveryFrame: true)
    case .camera(let selector): body = cameraBody(selector, feed, adequateSide)
    }
    guard let thread = WorkerThread(body) else {
      throw Failure("a thread could not be started; close other programs", code: Failure.failed)
    }
    return thread
  }

  private func cameraBody(
    _ selector: String?, _ feed: Feed, _ adequateSide: (width: Int, height: Int)
  ) -> @Sendable () -> Void {
    var options = CameraSourceOptions()
    options.selector = selector
    options.request = input.request(adequateSide: adequateSide)
    options.freezeMilliseconds = Int(input.freezeTimeout * 1000)
    return { [options] in
      var source = CameraSource(options, feed: feed)
      source.run()
    }
  }

  private func streamBody(
    _ descriptor: Int32, name: String, _ framing: StreamFraming?, _ feed: Feed,
    takesEveryFrame: Bool
  ) -> @Sendable () -> Void {
    var options = StreamOptions()
    options.framing = framing
    options.takesEveryFrame = takesEveryFrame
    options.freezeMilliseconds = Int(input.freezeTimeout * 1000)
    return { [options] in
      var source = StreamSource(descriptor, name: name, options: options, feed: feed)
      source.run()
    }
  }
}
