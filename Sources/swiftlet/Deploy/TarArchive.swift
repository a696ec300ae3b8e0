// SPDX-License-Identifier: Apache-2.0

/// A tar archive of files with their folders, all of root, all of one time: the same entries give
/// the same bytes. Source: POSIX.1-2001, pax, *ustar Interchange Format*.
struct TarArchive {
  /// Seconds since 1970 of each entry.
  let time: Int
  private(set) var bytes: [UInt8] = []
  private var folders: Set<String> = []

  init(time: Int) { self.time = time }

  /// Paths are shorter than 100 bytes, the field's length.
  mutating func append(_ entry: ArchiveEntry) {
    appendFolders(of: entry.path)
    appendHeader(
      "./" + entry.path, mode: entry.isExecutable ? 0o755 : 0o644, byteCount: entry.content.count,
      type: "0")
    bytes += entry.content
    pad(to: 512)
  }

  /// The whole archive: its end is two empty blocks, and whole records of 20.
  func finished() -> [UInt8] {
    var archive = self
    archive.bytes += [UInt8](repeating: 0, count: 1024)
    archive.pad(to: 10_240)
    return archive.bytes
  }

  private mutating func appendFolders(of path: String) {
    var folder = "./"
    for part in [""] + path.split(separator: "/").dropLast().map({ $0 + "/" }) {
      folder += part
      if folders.insert(folder).inserted {
        appendHeader(folder, mode: 0o755, byteCount: 0, type: "5")
      }
    }
  }

  private mutating func appendHeader(_ path: String, mode: Int, byteCount: Int, type: Character) {
    precondition(path.utf8.count < 100, "a path is too long for a tar header")
    var header: [UInt8] = []
    func field(_ text: String, _ width: Int) {
      header += Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
    }
    field(path, 100)
    for (number, width) in [(mode, 8), (0, 8), (0, 8), (byteCount, 12), (time, 12)] {
      field(Self.octal(number, width - 1), width)
    }
    let checksumOffset = header.count
    header += Array("        ".utf8)
    field(String(type), 101)
    field("ustar", 6)
    field("00root", 34)
    field("root", 32)
    field("", 512 - header.count)
    let sum = header.reduce(0) { $0 + Int($1) }
    header.replaceSubrange(
      checksumOffset..<(checksumOffset + 8), with: Array((Self.octal(sum, 6) + "\0 ").utf8))
    bytes += header
  }

  private mutating func pad(to multiple: Int) {
    let rest = bytes.count % multiple
    if rest > 0 { bytes += [UInt8](repeating: 0, count: multiple - rest) }
  }

  private static func octal(_ number: Int, _ digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
