// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A text file with one label a line.
enum LabelFile {
  static func read(_ path: String) throws -> [String] {
    guard let data = contents(of: path) else {
      throw Failure("\(path): the labels file cannot be read; check the path")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Failure("\(path): the labels file is not UTF-8 text; convert it")
    }
    var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    if lines.last == "" { lines.removeLast() }
    if let empty = lines.firstIndex(of: "") {
      throw Failure("\(path): line \(empty + 1) is empty; there is one label a line")
    }
    return lines
  }

  /// The bytes of a file, which may be a pipe.
  static func contents(of path: String) -> Data? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    return try? handle.readToEnd() ?? Data()
  }
}
