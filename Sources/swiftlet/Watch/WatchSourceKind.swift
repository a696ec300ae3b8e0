// SPDX-License-Identifier: Apache-2.0
import Glibc
import Pictures
import Pipeline

/// What a user's word for a source means.
enum WatchSourceKind {
  /// Nil: the first one.
  case camera(String?)
  /// Files, in this order.
  case pictures([String])
  case stream(path: String, StreamFraming?)
  case standardInput(StreamFraming?)

  /// Whether its frames have nothing to do with each other.
  var isStill: Bool {
    if case .pictures = self { return true }
    return false
  }

  init(_ name: String?, _ input: WatchSourceArguments) throws {
    guard let name else {
      self = .camera(nil)
      return
    }
    if name == "-" {
      self = .standardInput(try Self.framing(input))
      return
    }
    var status = stat()
    guard stat(name, &status) == 0, status.st_mode & S_IFMT != S_IFCHR else {
      guard !name.contains("/") || name.hasPrefix("/dev/") else {
        throw Failure("\(name): there is no such file; check the path")
      }
      self = .camera(name)
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      self = .pictures(try Pictures.find(in: name))
      return
    }
    let lowercased = name.lowercased()
    if Pictures.fileEndings.contains(where: lowercased.hasSuffix) {
      self = .pictures([name])
    } else {
      self = .stream(path: name, try Self.framing(input))
    }
  }

  /// The framing that --format and --size ask for; nil when the stream itself says.
  private static func framing(_ input: WatchSourceArguments) throws -> StreamFraming? {
    do throws(StreamFraming.Complaint) {
      return try StreamFraming.requested(
        format: input.format, size: input.parsedSize, rate: input.rate)
    } catch {
      throw Failure(error.message, code: Failure.usage)
    }
  }
}
