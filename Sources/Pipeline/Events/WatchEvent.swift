// SPDX-License-Identifier: Apache-2.0

/// One class of a frame and its probability.
public struct RankedClass: Sendable, Equatable {
  public var classIndex: Int
  public var label: String
  /// 0...1.
  public var probability: Float
}

/// What one frame shows, after the decision rules.
public struct WatchResult: Sendable {
  /// Counts classified frames, from 1.
  public var frame: Int = 0
  /// The decided class; nil: nothing is sure enough.
  public var classIndex: Int?
  public var label: String?
  /// Of the decided class; of the most probable one where there is none.
  public var probability: Float = 0
  /// Whether the label differs from the frame before.
  public var hasChanged = false
  /// Whether this frame shows none of the model's classes: its rejection score is below the model's
  /// threshold. False where the model has none.
  public var isUnknown = false
  /// How much this frame looks like one of the classes, 0...1; nil where the model has no threshold.
  public var rejectionScore: Float?
  /// The most probable classes of this frame alone, best first.
  public var top: [RankedClass] = []
  /// XXH64 of the network's output bytes: equal on all machines for the same input; nil where nobody
  /// asked for it.
  public var outputDigest: UInt64?
  /// The file, for pictures.
  public var path: String?
  /// From the moment the frame was taken to the end of the network.
  public var ageMilliseconds: Double = 0
  /// Decoding and preprocessing.
  public var prepareMilliseconds: Double = 0
  public var networkMilliseconds: Double = 0
  /// Frames passed over since the start.
  public var dropped: Int = 0
}

/// Something that failed is well again.
public struct Recovery: Sendable {
  public var kind: FaultKind
  public var downSeconds: Double
  /// Damaged frames, or lines that were lost.
  public var count: Int
}

/// Why watching ended.
public enum EndReason: Sendable {
  case signal, endOfInput, error

  /// As events write it.
  public var name: String {
    switch self {
    case .signal: "signal"
    case .endOfInput: "end-of-input"
    case .error: "error"
    }
  }
}

/// What a watcher tells its sinks; docs/events.md describes each.
public enum WatchEvent: Sendable {
  case start(WatchStart)
  case source(SourceDescription, recoveredFrom: FaultKind?, downSeconds: Double)
  case result(WatchResult)
  case fault(Fault)
  case recovered(Recovery)
  case stats(WatchStatistics)
  case end(EndReason, frames: Int, uptimeSeconds: Double)

  /// As events write it.
  public var kind: String {
    switch self {
    case .start: "start"
    case .source: "source"
    case .result: "result"
    case .fault: "fault"
    case .recovered: "recovered"
    case .stats: "stats"
    case .end: "end"
    }
  }
}

/// What a watcher begins with.
public struct WatchStart: Sendable {
  public var version: String
  public var model: String
  public var classes: Int
  /// As it was named.
  public var source: String
  public var instructionSet: String
  public var threads: Int

  /// What a model file is called in events: its name without folder and ending.
  package static func modelName(path: String) -> String {
    let file = path.split(separator: "/").last.map { String($0) } ?? path
    return file.hasSuffix(".swiftlet") ? String(file.dropLast(9)) : file
  }
}
