// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Files and folders by system calls: this much does not need Foundation, which takes long to load.
enum SystemCall {
  /// The system's words for an error number.
  static func message(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
  }

  /// Reads a file descriptor to its end.
  ///
  /// - Parameters:
  ///   - expected: a guess of the byte count; being wrong only costs time.
  ///   - limit: one byte more throws `fileTooLarge`.
  static func readAll(
    _ descriptor: Int32, expected: Int, limit: Int
  ) throws(PictureError.Reason) -> [UInt8] {
    var bytes: [UInt8] = []
    guard expected <= limit else { throw .fileTooLarge }
    bytes.reserveCapacity(max(expected, 0) + 1)
    while true {
      // One byte of spare room is enough to see the end.
      let spare = bytes.capacity - bytes.count
      let room = spare > 0 ? spare : 1 << 16
      let used = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: room))
      let count = bytes.withUnsafeMutableBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return read(descriptor, base + used, room)
      }
      let code = errno
      bytes.removeLast(room - max(count, 0))
      if count < 0 && code == EINTR { continue }
      guard count >= 0 else { throw .unreadable(errno: code) }
      if count == 0 { return bytes }
      guard bytes.count <= limit else { throw .fileTooLarge }
    }
  }

  /// The names in a folder, without `.` and `..`, in no order.
  static func names(in directory: String) throws(PictureError.Reason) -> [String] {
    guard let stream = opendir(directory) else { throw .unreadable(errno: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// What a path leads to, links followed; nil when it leads nowhere.
  static func status(of path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}

extension stat {
  var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  var isFile: Bool { st_mode & S_IFMT == S_IFREG }
}

extension PictureError.Reason: Error {}
