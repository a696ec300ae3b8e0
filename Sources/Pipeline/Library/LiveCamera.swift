// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
  import Camera
  import Runtime

  /// A camera that is watched from Swift code.
  ///
  /// ```swift
  /// let camera = LiveCamera()
  /// for try await result in camera.classifications(with: try Classifier(path)) {
  ///   print(result.label ?? "nothing", result.probability)
  /// }
  /// ```
  public struct LiveCamera: Sendable {
    private let selector: String?
    /// What to ask the camera for.
    public var request = CameraRequest()
    /// After so many seconds without a frame the camera counts as frozen and is opened again.
    public var freezeSeconds = 3.0

    /// - Parameter selector: `/dev/video0`, a number, a by-id or by-path link, or a part of the
    ///   name; nil for the first camera. It may be plugged in later.
    public init(_ selector: String? = nil) { self.selector = selector }

    /// Classifies the newest frame, again and again, and survives what happens to the camera. A
    /// reader that is slower than the camera gets the newest classification.
    ///
    /// - Parameters:
    ///   - classifier: works on a thread of its own from now on.
    ///   - options: decision rules, region of interest, maximum rate.
    ///   - onEvent: hears everything that docs/events.md describes, on that thread.
    public func classifications(
      with classifier: consuming Classifier, options: WatchOptions = WatchOptions(),
      onEvent: (@Sendable (WatchEvent) -> Void)? = nil
    ) -> Classifications {
      let feed = Feed()
      var camera = CameraSourceOptions()
      camera.selector = selector
      camera.request = request
      camera.freezeMilliseconds = Int(freezeSeconds * 1000)
      let side = classifier.adequateSide(region: options.region)
      camera.request.adequateWidth = side.width
      camera.request.adequateHeight = side.height
      let source = { @Sendable [camera] in
        var source = CameraSource(camera, feed: feed)
        source.run()
      }
      return Classifications(
        ClassificationStream(feed, options: options, onEvent: onEvent)
          .start(classifier, named: selector ?? "camera", source: source))
    }
  }

  /// Runs a watcher on a thread of its own and makes its results a stream.
  struct ClassificationStream: Sendable {
    private let feed: Feed
    private let options: WatchOptions
    private let onEvent: (@Sendable (WatchEvent) -> Void)?

    init(_ feed: Feed, options: WatchOptions, onEvent: (@Sendable (WatchEvent) -> Void)?) {
      self.feed = feed
      self.options = options
      self.onEvent = onEvent
    }

    /// Carries the classifier, which cannot be copied, to its thread.
    private final class Box: @unchecked Sendable {
      private var classifier: Classifier?
      init(_ classifier: consuming Classifier) { self.classifier = consume classifier }
      func take() -> Classifier? { classifier.take() }
    }

    /// - Parameter source: fills the feed until it is stopped.
    func start(
      _ classifier: consuming Classifier, named name: String, source: @escaping @Sendable () -> Void
    ) -> AsyncThrowingStream<Classification, any Error> {
      let (stream, continuation) = AsyncThrowingStream.makeStream(
        of: Classification.self, bufferingPolicy: .bufferingNewest(1))
      continuation.onTermination = { [feed] _ in feed.end() }
      let box = Box(classifier)
      let watcher = WorkerThread { [self] in
        guard let classifier = box.take() else { return }
        let thread = WorkerThread(source)
        continuation.finish(throwing: run(classifier, name, continuation))
        thread?.join()
      }
      if let watcher {
        watcher.detach()
      } else {
        continuation.finish(
          throwing: Fault(
            .sinkFailed, message: "a thread could not be started; close other programs",
            device: name))
      }
      return stream
    }

    /// Watches until the end.
    ///
    /// - Returns: the fault that ended it.
    private func run(
      _ classifier: consuming Classifier, _ name: String,
      _ continuation: AsyncThrowingStream<Classification, any Error>.Continuation
    ) -> Fault? {
      var lastFault: Fault?
      let sink = ClosureSink(name: "the stream") { [onEvent] event, _ in
        onEvent?(event)
        switch event {
        case .result(let result): continuation.yield(result)
        case .fault(let fault): lastFault = fault
        default: break
        }
        return nil
      }
      var watcher = Watcher(
        classifier, modelName: "", source: name, feed: feed, options: options, sinks: [sink])
      return watcher.run() == .error ? lastFault : nil
    }
  }
#endif
