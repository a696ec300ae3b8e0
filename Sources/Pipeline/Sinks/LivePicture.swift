// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// The newest frame as a JPEG file, made only while somebody asks for it.
package final class LivePicture: FrameObserver, @unchecked Sendable {
  /// An older picture does not show what the camera sees.
  private static let maximumAgeNanoseconds: UInt64 = 5_000_000_000

  private let lock = Lock()
  private let made = WakeDescriptor()
  private var picture: [UInt8] = []
  private var pictureNanoseconds: UInt64 = 0
  private var isWanted = false
  /// The watcher's own.
  private var maker = FramePicture()

  package init() { super.init(name: "the live picture") }

  package override func observe(
    _ result: WatchResult, pixels: FramePixels, jpeg: UnsafeRawBufferPointer?
  ) -> SinkFailure? {
    guard lock.withLock({ isWanted }) else { return nil }
    guard let file = maker.file(pixels, jpeg: jpeg) else {
      return SinkFailure("the live picture cannot be made of a frame")
    }
    lock.withLock {
      picture.removeAll(keepingCapacity: true)
      picture.append(contentsOf: file)
      pictureNanoseconds = swiftlet_nanoseconds()
      isWanted = false
    }
    made.signal()
    return nil
  }

  /// Waits for the next frame; for one thread at a time.
  ///
  /// - Returns: a JPEG file; nil when there was no frame for some time.
  package func next(waitingMilliseconds: Int = 700) -> [UInt8]? {
    lock.withLock { isWanted = true }
    made.drain()
    made.wait(milliseconds: waitingMilliseconds)
    return lock.withLock {
      let age = swiftlet_nanoseconds() - pictureNanoseconds
      return picture.isEmpty || age > Self.maximumAgeNanoseconds ? nil : picture
    }
  }
}
