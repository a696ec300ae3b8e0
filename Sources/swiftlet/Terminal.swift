// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An end with a message and an exit code.
struct Failure: Error {
  /// Something failed.
  static let failed: Int32 = 1
  /// An input or a model file is bad.
  static let badInput: Int32 = 2
  /// Options that do not go together (EX_USAGE of sysexits.h).
  static let usage: Int32 = 64

  let message: String
  let code: Int32

  init(_ message: String, code: Int32 = Failure.badInput) {
    self.message = message
    self.code = code
  }
}

/// Standard error, for people.
enum Terminal {
  /// Whether somebody watches standard error.
  static let isWatched = isatty(STDERR_FILENO) == 1

  static func complain(_ message: String) { write("swiftlet: \(message)\n") }

  /// Writes text to standard error, or another descriptor.
  static func write(_ text: String, to descriptor: Int32 = STDERR_FILENO) {
    var text = text
    text.withUTF8 { utf8 in
      var offset = 0
      while offset < utf8.count, let base = utf8.baseAddress {
        let count = Glibc.write(descriptor, base + offset, utf8.count - offset)
        if count <= 0 { return }
        offset += count
      }
    }
  }
}

/// A progress line on a terminal; silent anywhere else.
struct ProgressLine {
  private var shown = ""

  /// - Parameter part: 0...1 of the work named by `title`.
  mutating func show(_ title: String, _ part: Double) {
    guard Terminal.isWatched else { return }
    let width = 30
    let filled = Int((min(max(part, 0), 1) * Double(width)).rounded())
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    let line = "\r\(title) [\(bar)] \(Int(part * 100)) %\u{1B}[K"
    guard line != shown else { return }
    shown = line
    Terminal.write(line)
  }

  mutating func finish() {
    if !shown.isEmpty { Terminal.write("\r\u{1B}[K") }
    shown = ""
  }
}
