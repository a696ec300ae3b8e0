// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Camera

/// What a user wants of a camera that is watched for months.
package struct CameraSourceOptions: Sendable {
  /// Which camera; nil: the first one.
  package var selector: String?
  package var request = CameraRequest()
  /// After so long without a frame the camera counts as frozen.
  package var freezeMilliseconds = 3000

  package init() {}
}

/// Frames from a camera, through whatever happens to it.
///
/// It looks for the camera, streams, and begins again when anything fails: unplugged, reset, its
/// driver unbound, frozen, used by others, not permitted, not there yet. A fault is reported once;
/// pauses between attempts grow up to a limit, and a change in /dev ends them early. Nothing but
/// the wish to stop ends it.
package struct CameraSource: ~Copyable {
  /// Cameras need longer for their first frame than between two frames.
  static let firstFrameMilliseconds = 5000

  let options: CameraSourceOptions
  let feed: Feed
  private let hotplug = CameraHotplug()
  private var backoff = Backoff(firstMilliseconds: 250, limitMilliseconds: 2000)
  /// The camera that was in use; it may come back under another node.
  private var identity: CameraIdentity?

  package init(_ options: CameraSourceOptions, feed: Feed) {
    self.options = options
    self.feed = feed
  }

  /// Runs until the feed is stopped.
  package mutating func run() {
    while !feed.isStopping {
      hotplug.clear()
      do throws(CameraError) {
        try streamOnce()
      } catch {
        feed.post(.fault(error.fault))
        pause(after: error)
      }
    }
    feed.post(.ended)
  }

  /// Streams until the feed is stopped, or throws.
  private mutating func streamOnce() throws(CameraError) {
    let camera = try Cameras.find(options.selector, preferring: identity)
    var stream = try CameraStream.open(camera.path, request: options.request)
    identity = camera.identity
    var reader = try CameraReader(
      stream, description: describe(camera, stream.format), feed: feed,
      freezeMilliseconds: options.freezeMilliseconds)
    // The network may still read a buffer, which goes with the stream or its reader.
    defer {
      withExtendedLifetime(stream) { withExtendedLifetime(reader) { feed.exchange.withdraw() } }
    }
    try reader.run(&stream)
  }

  private func describe(_ camera: CameraInfo, _ format: StreamFormat) -> SourceDescription {
    SourceDescription(
      device: camera.path, name: camera.name, format: format.fourCC.description,
      width: format.width, height: format.height, rate: format.rate)
  }

  /// Waits before the next attempt: for a change in /dev, but not for ever, because not every
  /// trouble ends with one.
  private mutating func pause(after error: CameraError) {
    if error.reason == .gone || error.reason == .frozen { backoff.reset() }
    let milliseconds = backoff.nextMilliseconds()
    if hotplug.wait(timeoutMilliseconds: milliseconds, wakeDescriptor: feed.stop.descriptor) {
      // udev renames and permits in several steps; a storm of them is one change.
      _ = feed.sleep(milliseconds: 50)
    }
  }
}

extension CameraError {
  /// The fault that it is to a watcher.
  var fault: Fault {
    let kind: FaultKind =
      switch reason {
      case .absent: .cameraAbsent
      case .gone: .cameraGone
      case .busy: .cameraBusy
      case .denied: .cameraDenied
      case .notACamera, .rawBayer, .unsupported, .control: .cameraUnsupported
      case .frozen: .cameraFrozen
      case .failed: .cameraFailed
      }
    return Fault(kind, message: description, device: device, errno: errno)
  }
}
