// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Quantize

/// What a run needs to go on as if it had not stopped: parameters and optimizer state bit for bit,
/// counters, the state of random numbers. A safetensors file with a checksum.
public struct Checkpoint: Sendable, Equatable {
  /// Named arrays: `backbone`, `projection`, an optimizer's moments.
  public var tensors: [String: [Float]] = [:]
  /// Counters and random states.
  public var integers: [String: UInt64] = [:]
  /// What the run was started with, to be compared when it goes on.
  public var texts: [String: String] = [:]

  public init() {}

  private static let version = "1"
  private static let keys = (version: "swiftlet.checkpoint", digest: "swiftlet.sha256")

  /// Where the checkpoint before the one at `path` is kept.
  public static func previous(of path: String) -> String { path + ".previous" }

  /// Writes the checkpoint beside its place, keeps the one before as `previous(of:)`, and renames.
  /// At every moment one of the two is whole.
  ///
  /// - Throws: `TrainingError`; what was there before is then still there.
  public func save(to path: String) throws(TrainingError) {
    let next = path + ".next"
    do {
      try AtomicFile.write(bytes(), to: next)
    } catch {
      unlink(next)
      throw TrainingError(failure: "\(path): the checkpoint cannot be written: \(error)")
    }
    if rename(path, Self.previous(of: path)) != 0 && errno != ENOENT {
      throw Self.failure("the checkpoint before it cannot be kept", path, errno)
    }
    guard rename(next, path) == 0 else {
      throw Self.failure("the checkpoint cannot be renamed", path, errno)
    }
  }

  /// Reads the checkpoint at `path`, or the one before it where that is missing or damaged.
  ///
  /// - Returns: the checkpoint, and what is to be said where it is the one before.
  /// - Throws: `TrainingError` where neither can be read.
  public static func load(
    from path: String
  ) throws(TrainingError) -> (checkpoint: Checkpoint, warning: String?) {
    do {
      return (try Checkpoint(path: path), nil)
    } catch let first {
      do {
        let older = try Checkpoint(path: previous(of: path))
        return (older, "\(first.description). The checkpoint before it is used")
      } catch let second {
        throw TrainingError(
          "\(first.description). Nor can the one before it: \(second.description)")
      }
    }
  }

  /// - Throws: `TrainingError` where the file is missing, damaged or of another version.
  init(path: String) throws(TrainingError) {
    let file = try TrainingError.reading { () throws(SafetensorsError) in
      try Safetensors(path: path)
    }
    guard file.metadata[Self.keys.version] == Self.version else {
      throw TrainingError("\(path): this is no checkpoint of version \(Self.version)")
    }
    for key in file.tensors.keys {
      tensors[key] = try TrainingError.reading { () throws(SafetensorsError) in
        try file.floats(key)
      }
    }
    for (key, value) in file.metadata {
      if key.hasPrefix("text.") { texts[String(key.dropFirst(5))] = value }
      if key.hasPrefix("integer."), let number = UInt64(value) {
        integers[String(key.dropFirst(8))] = number
      }
    }
    guard file.metadata[Self.keys.digest] == digest else {
      throw TrainingError("\(path): the checkpoint is damaged: its checksum is another")
    }
  }

  func bytes() throws -> [UInt8] {
    var metadata = members
    metadata[Self.keys.version] = Self.version
    metadata[Self.keys.digest] = digest
    var writer = SafetensorsWriter(metadata: metadata)
    for (key, values) in tensors.sorted(by: { $0.key < $1.key }) {
      writer.add(single: key, values, shape: [values.count])
    }
    return try writer.bytes()
  }

  private var members: [String: String] {
    var members: [String: String] = [:]
    for (key, value) in texts { members["text." + key] = value }
    for (key, value) in integers { members["integer." + key] = String(value) }
    return members
  }

  /// SHA-256 over names, lengths and contents, in the order of the names.
  private var digest: String {
    var hash = SHA256()
    func add(_ text: String) { hash.update(data: Data("\(text.utf8.count):\(text)".utf8)) }
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      add(key)
      add(value)
    }
    for (key, values) in tensors.sorted(by: { $0.key < $1.key }) {
      add(key)
      add(String(values.count))
      values.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }
    return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func failure(_ what: String, _ path: String, _ code: Int32) -> TrainingError {
    TrainingError(failure: "\(path): \(what): \(String(cString: strerror(code)))")
  }
}
