// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// When and where pictures of uncertain frames are kept.
package struct SnapshotOptions {
  package var folder: String
  /// A frame is uncertain when no label is decided or its probability is below this.
  package var below: Float = 0.5
  /// The oldest pictures go when there are more bytes.
  package var byteLimit = 100 << 20
  /// Between two pictures, at least.
  package var seconds = 2.0

  package init(folder: String) { self.folder = folder }
}

/// Keeps pictures of uncertain frames, which are those worth labelling, in a folder of limited size.
///
/// It counts and removes only files of its own kind of name:
/// `swiftlet-20260131T235959.123Z-0.42-tabby.jpg`.
package final class SnapshotStore: FrameObserver {
  static let prefix = "swiftlet-"
  static let suffix = ".jpg"

  private let options: SnapshotOptions
  private var maker = FramePicture()
  private var dueNanoseconds: UInt64 = 0
  /// The pictures in the folder, oldest first; nil: not yet counted.
  private var files: SnapshotFiles?

  package init(_ options: SnapshotOptions) {
    self.options = options
    super.init(name: options.folder)
  }

  package override func observe(
    _ result: WatchResult, pixels: FramePixels, jpeg: UnsafeRawBufferPointer?
  ) -> SinkFailure? {
    guard result.classIndex == nil || result.probability < options.below else { return nil }
    let now = swiftlet_nanoseconds()
    guard now >= dueNanoseconds else { return nil }
    dueNanoseconds = now + UInt64(options.seconds * 1e9)
    guard let file = maker.file(pixels, jpeg: jpeg) else {
      return SinkFailure("\(options.folder): a picture of a frame cannot be made")
    }
    return keep(file, named: name(of: result))
  }

  private func keep(_ file: UnsafeRawBufferPointer, named name: String) -> SinkFailure? {
    var files = self.files ?? SnapshotFiles(folder: options.folder)
    files.makeRoom(for: file.count, limit: options.byteLimit)
    let code = WholeFile.write(file, to: options.folder + "/" + name)
    if code == nil { files.add(name, byteCount: file.count) }
    // After a failure the folder may be another one.
    self.files = code == nil ? files : nil
    return code.map {
      SinkFailure(
        "\(options.folder): a picture cannot be kept (\(WholeFile.advice($0)))", errno: $0)
    }
  }

  /// A name that sorts by time.
  private func name(of result: WatchResult) -> String {
    let time = CivilTime(nanosecondsSince1970: swiftlet_wall_nanoseconds())
    func digits(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let day = digits(time.year, 4) + digits(time.month, 2) + digits(time.day, 2)
    let clock = digits(time.hour, 2) + digits(time.minute, 2) + digits(time.second, 2)
    let percent = Int((result.probability * 100).rounded())
    let share = String(percent / 100) + "." + digits(percent % 100, 2)
    let best = result.isUnknown ? nil : result.top.first?.label
    let label = Self.fileText(best ?? "unknown")
    return "\(Self.prefix)\(day)T\(clock).\(digits(time.millisecond, 3))Z-\(share)-\(label)"
      + Self.suffix
  }

  /// Only letters, digits and underscores of ASCII, at most 40.
  private static func fileText(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8.prefix(40) {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      result.append(isPlain ? byte : UInt8(ascii: "_"))
    }
    return String(decoding: result, as: UTF8.self)
  }
}
