// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Text that comes from C.
enum CText {
  /// The characters of a fixed array up to its first 0; control characters become spaces.
  static func string<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
      var text: [UInt8] = []
      for byte in bytes {
        if byte == 0 { break }
        text.append(byte < 32 || byte == 127 ? 32 : byte)
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// The path behind all links; nil if there is nothing.
  static func resolve(_ path: String) -> String? {
    guard let resolved = swiftlet_resolve(path) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in a folder, in no order, without the hidden ones; none if there is no folder.
  static func names(in folder: String) -> [String] {
    guard let handle = swiftlet_folder_open(folder) else { return [] }
    defer { swiftlet_folder_close(handle) }
    var names: [String] = []
    while let name = swiftlet_folder_next(handle) {
      if name[0] != 46 { names.append(String(cString: name)) }
    }
    return names
  }

  /// The first line of a small file; nil if it cannot be read.
  static func line(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { line in
      guard let base = line.baseAddress, swiftlet_read_line(path, base, 256) != 0 else {
        return nil
      }
      return String(cString: base)
    }
  }
}

/// Comparisons byte by byte: names of devices are bytes, and Unicode's rules would bring their
/// tables into an Embedded program.
extension String {
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  func begins(with start: String) -> Bool { utf8.starts(with: start.utf8) }

  func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
