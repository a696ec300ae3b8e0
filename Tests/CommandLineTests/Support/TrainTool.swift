// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TinyData

/// Tiny pictures in a folder, and `swiftlet-train` on them.
struct TrainTool {
  let folder: String
  let data: TinyData

  static let student = URL(fileURLWithPath: Sample.pictures).deletingLastPathComponent()
    .appendingPathComponent("training/student.onnx").path

  init(_ folder: String, each: Int = 4) throws {
    self.folder = folder
    data = try TinyData(in: folder, each: each)
  }

  /// What every command on the data takes.
  var dataArguments: [String] {
    ["--bank", data.bankPath, "--data", data.pictures, "--student", Self.student]
  }

  /// A few steps of everything; later options come last and count.
  static let recipe = [
    "--align-steps", "6", "--distill-steps", "6", "--joint-steps", "6", "--batch", "3",
    "--evaluation-steps", "3", "--projection-rate", "0.01", "--backbone-rate", "0.001",
  ]

  func path(_ name: String) -> String { folder + "/" + name }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }

  /// Runs a command that trains a student with `sketch` left out.
  func train(
    _ command: String, _ output: String, _ more: [String] = [],
    interruptWhen: ((pid_t) throws -> Bool)? = nil
  ) throws -> Outcome {
    try run(
      [command] + dataArguments + Self.recipe + ["--target", "sketch", "--output", path(output)]
        + more, interruptWhen: interruptWhen)
  }

  func evaluate(
    _ output: String, _ more: [String], interruptWhen: ((pid_t) throws -> Bool)? = nil
  ) throws -> Outcome {
    try run(
      ["evaluate"] + dataArguments + Self.recipe + ["--output", path(output)] + more,
      interruptWhen: interruptWhen)
  }

  func run(
    _ arguments: [String], interruptWhen: ((pid_t) throws -> Bool)? = nil
  ) throws -> Outcome {
    try CommandLineTool.run(
      arguments, interruptWhen: interruptWhen,
      executable: CommandLineTool.path(of: "swiftlet-train"))
  }

  /// The lines of a log that hold a text.
  func logLines(_ output: String, _ text: String) -> Int {
    let log = FileManager.default.contents(atPath: path(output) + "/log.jsonl") ?? Data()
    return String(decoding: log, as: UTF8.self).split(separator: "\n")
      .count { $0.contains(text) }
  }

  func object(_ name: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: bytes(name))
    return try #require(value as? [String: Any])
  }

  /// The accuracies of `run.json`, one line a domain.
  func accuracies(_ output: String) throws -> [String] {
    let rows = try #require(try object(output + "/run.json")["accuracy"] as? [[String: Any]])
    return rows.map { row in
      ["domain", "left_out", "pictures", "teacher", "student"].map { "\(row[$0] ?? "")" }
        .joined(separator: " ")
    }
  }
}

/// `body` with tiny pictures in a folder that is deleted afterwards.
func withTrainTool(each: Int = 4, _ body: (TrainTool) throws -> Void) throws {
  try withTemporaryFolder { try body(TrainTool($0, each: each)) }
}
