// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

/// Files that the tests work on: golden ones, and a little model of two classes made from them.
enum Sample {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Golden").path

  static let pictures = golden + "/pictures"
  static let picture = pictures + "/colour.png"
  /// Two layers, input 6x5x3, two outputs.
  static let student = onnx("two_layers")

  static func onnx(_ name: String) -> String { "\(golden)/onnx/\(name).onnx" }

  /// The bytes of the model that `quantize` makes of the student.
  static let modelBytes: Result<Data, any Error> = Result {
    try withTemporaryFolder { folder in
      let path = folder + "/model.swiftlet"
      let outcome = try quantize(in: folder, output: path)
      try #require(outcome.code == 0, "\(outcome.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: path))
    }
  }

  /// Quantizes a student (`two_layers`) with the labels cat and dog.
  static func quantize(
    in folder: String, student: String = student, calibration: String = pictures,
    labels: [String] = ["cat", "dog"], output: String, _ more: [String] = []
  ) throws -> Outcome {
    let labelFile = try write(
      Data((labels.joined(separator: "\n") + "\n").utf8), folder, "labels.txt")
    return try CommandLineTool.run(
      [
        "quantize", student, "--calibration", calibration, "--labels", labelFile, "--output",
        output,
      ] + more)
  }

  /// Writes the model, changed by `change`, into a folder; returns its path.
  static func model(
    in folder: String, _ name: String = "model.swiftlet",
    _ change: (inout [UInt8]) -> Void = { _ in }
  ) throws -> String {
    var bytes = Array(try modelBytes.get())
    change(&bytes)
    return try write(Data(bytes), folder, name)
  }

  @discardableResult
  static func write(_ data: Data, _ folder: String, _ name: String) throws -> String {
    let path = folder + "/" + name
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Where a section of a model file starts: docs/model-format.md, *Section table*.
  static func offset(of section: ModelFormat.Section, in file: [UInt8]) -> Int? {
    func number(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
    }
    return (0..<number(12)).map { 64 + 24 * $0 }.first { number($0) == section.rawValue }
      .map { number($0 + 8) }
  }

  /// Makes the checksum right after a change.
  static func fixChecksum(_ file: inout [UInt8]) {
    let digest = file.withUnsafeBytes { XXH64.digest(UnsafeRawBufferPointer(rebasing: $0[32...])) }
    for index in 0..<8 { file[24 + index] = UInt8(truncatingIfNeeded: digest >> (8 * index)) }
  }
}
