// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// What a user says of a stream of bytes.
package struct StreamOptions: Sendable {
  /// Nil: JPEG pictures or YUV4MPEG2, told by their first bytes.
  package var framing: StreamFraming?
  /// Whether each frame is classified, however long the stream then has to wait. Otherwise the
  /// newest one is.
  package var takesEveryFrame = false
  /// After so long without a frame the stream counts as frozen.
  package var freezeMilliseconds = 3000

  package init() {}
}

/// Frames from a file descriptor: standard input, or a file of raw frames.
package struct StreamSource: ~Copyable {
  /// The largest JPEG picture and the largest raw frame, in bytes.
  static let frameByteLimit = 64 << 20

  let name: String
  let options: StreamOptions
  let feed: Feed
  var reader: DescriptorReader
  var slots = FrameSlots()
  var sequence: UInt64 = 0
  private var isFrozen = false

  /// - Parameters:
  ///   - descriptor: to read from; it is not closed.
  ///   - name: what the stream is called in events.
  package init(_ descriptor: Int32, name: String, options: StreamOptions, feed: Feed) {
    self.name = name
    self.options = options
    self.feed = feed
    reader = DescriptorReader(descriptor)
  }

  /// Reads to the stream's end, or until the feed is stopped.
  package mutating func run() {
    if fill() {
      switch options.framing ?? framingOfBeginning() {
      case .jpeg: runJPEG()
      case .raw(let framing): runRaw(framing)
      case nil: break
      }
    }
    if feed.exchange.waitUntilIdle(stop: feed.stop) {
      feed.post(.ended)
    } else {
      feed.exchange.withdraw()
    }
  }

  // MARK: - Bytes

  /// Waits for bytes; false at the end.
  mutating func fill() -> Bool {
    while true {
      switch reader.fill(
        stop: feed.stop, timeoutMilliseconds: isFrozen ? nil : options.freezeMilliseconds)
      {
      case .ready: return true
      case .stopped, .ended: return false
      case .failed(let code):
        fail(.cameraFailed, "\(name): cannot be read (error \(code)); start its writer again", code)
        return false
      case .timeout:
        isFrozen = true
        let seconds = Double(options.freezeMilliseconds) / 1000
        fail(
          .cameraFrozen, "\(name): no frame for \(seconds) s; check the program that writes it", 0)
      }
    }
  }

  func fail(_ kind: FaultKind, _ message: String, _ code: Int32) {
    feed.post(.fault(Fault(kind, message: message, device: name, errno: code)))
  }

  // MARK: - Frames

  /// Hands over a filled slot; false when the feed was stopped.
  mutating func offer(_ slot: Int, _ content: PendingFrame.Content) -> Bool {
    sequence += 1
    let frame = PendingFrame(
      slot: slot, content: content, sequence: sequence,
      timestampNanoseconds: swiftlet_nanoseconds())
    if options.takesEveryFrame, !feed.exchange.waitForRoom(stop: feed.stop) { return false }
    if let replaced = feed.exchange.offer(frame) { slots.giveBack(replaced) }
    return !feed.isStopping
  }

  /// Says that frames come, at the first one and after a freeze.
  mutating func noteFrame(_ format: String, width: Int, height: Int, rate: Double) {
    guard sequence == 0 || isFrozen else { return }
    isFrozen = false
    feed.post(
      .streaming(
        SourceDescription(
          device: name, name: name, format: format, width: width, height: height, rate: rate)))
  }
}
