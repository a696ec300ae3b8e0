// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Runtime

@testable import Pipeline

/// The model and the pictures of the repository.
enum BundledModel {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let path = root.appendingPathComponent("models/efficientnet-lite0.swiftlet").path

  static func picturePath(_ name: String) -> String {
    root.appendingPathComponent("models/pictures/\(name)").path
  }

  static func classifier() throws -> Classifier { try Classifier(path) }
}

/// A sink that remembers what it was told.
final class RecordingSink {
  private(set) var events: [WatchEvent] = []
  private(set) var lines: [String] = []
  /// Called with each event.
  var onEvent: (WatchEvent) -> Void = { _ in }

  var sink: WatchSink {
    ClosureSink(name: "record") { [self] event, line in
      events.append(event)
      lines.append(String(decoding: line, as: UTF8.self))
      onEvent(event)
      return nil
    }
  }

  var kinds: [String] { events.map(\.kind) }

  var results: [WatchResult] {
    events.compactMap { event in
      if case .result(let result) = event { result } else { nil }
    }
  }

  var faults: [FaultKind] {
    events.compactMap { event in
      if case .fault(let fault) = event { fault.kind } else { nil }
    }
  }
}

/// A folder that goes with the test.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("swiftlet-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: path) }
  return try body(path.path)
}
