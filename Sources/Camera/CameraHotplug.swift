// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Hears of video nodes that appear, go, or change their permissions.
///
/// A new node belongs to root until udev has given it to the group video, so a camera may be denied
/// at first and usable at the second event.
package struct CameraHotplug: ~Copyable {
  /// Readable when something happened in `/dev`; -1 where inotify is not to be had.
  package let descriptor: Int32

  private static let blindMilliseconds = 1000

  package init() {
    descriptor = swiftlet_watch_create()
    watch()
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Waits until a video node, or a link to one, comes, goes or changes.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: how long at most; negative: no end.
  ///   - wakeDescriptor: the wait ends as soon as it is readable; -1 for none. It is not read.
  /// - Returns: whether there was such an event. Without inotify nobody knows, so the answer is yes
  ///   once a second.
  package borrowing func wait(timeoutMilliseconds: Int, wakeDescriptor: Int32) -> Bool {
    let isBlind = descriptor < 0
    let isLong = timeoutMilliseconds < 0 || timeoutMilliseconds > Self.blindMilliseconds
    let deadline = Deadline(isBlind && isLong ? Self.blindMilliseconds : timeoutMilliseconds)
    while true {
      // The links' folders come with the first camera.
      watch()
      if drain() { return true }
      var (events, wakeEvents): (Int32, Int32) = (0, 0)
      let count = swiftlet_poll_pair(
        descriptor, wakeDescriptor, deadline.remaining, &events, &wakeEvents)
      if count == -EINTR { continue }
      if events & POLLIN != 0 && drain() { return true }
      if wakeEvents != 0 { return false }
      if count <= 0 { return isBlind }
      if events & ~POLLIN != 0 { return false }
    }
  }

  /// Forgets what has happened so far.
  package borrowing func clear() { _ = drain() }

  private func drain() -> Bool { swiftlet_watch_drain(descriptor, "video") > 0 }

  private func watch() {
    for folder: StaticString in ["/dev", "/dev/v4l/by-id", "/dev/v4l/by-path"] {
      folder.withUTF8Buffer { text in
        text.withMemoryRebound(to: CChar.self) { path in
          if let base = path.baseAddress { _ = swiftlet_watch_folder(descriptor, base) }
        }
      }
    }
  }
}
