// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Runtime
import Testing

@testable import Quantize

/// Real networks and photographs, which are not part of the repository.
@Suite("Real students against ONNX Runtime")
struct RealStudentTests {
  /// One line of tools/make_golden_students.py.
  struct Golden: Sendable, CustomTestStringConvertible {
    let model: String
    let picture: String
    let digest: String
    let largest: Float
    let scores: [(index: Int, score: Float)]
    var testDescription: String { "\(model), \(picture)" }
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  /// `../shared/data` beside the checkout, or where `SWIFTLET_SHARED_DATA` says.
  static let data =
    ProcessInfo.processInfo.environment["SWIFTLET_SHARED_DATA"]
    ?? root.deletingLastPathComponent().appendingPathComponent("shared/data").path

  static let isThere: Bool = {
    let isThere = FileManager.default.fileExists(atPath: data + "/models/mobilenet-v2.onnx")
    if !isThere { print("skipped: no real students in \(data)") }
    return isThere
  }()

  static let results: [Golden] = {
    let path = root.appendingPathComponent("Tests/Golden/students.txt")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ").map(String.init)
      let pairs = stride(from: 4, to: words.count - 1, by: 2).map {
        (index: Int(words[$0]) ?? 0, score: Float(words[$0 + 1]) ?? .nan)
      }
      return Golden(
        model: words[0], picture: words[1], digest: words[2], largest: Float(words[3]) ?? 0,
        scores: pairs)
    }
  }()

  @Test("there are golden scores of both students")
  func goldenFile() {
    #expect(Self.results.count == 6)
    #expect(Set(Self.results.map(\.model)) == ["efficientnet-lite0", "mobilenet-v2"])
    #expect(Self.results.allSatisfy { $0.scores.count == 20 && $0.largest > 1 })
  }

  /// Without optimization one run takes many seconds, so that one has to do.
  private static let checked: [Golden] = {
    #if DEBUG
      Array(results.suffix(1))
    #else
      results
    #endif
  }()

  /// The tolerance is 1e-4 of the largest score: sums of up to 1,280 products in another order,
  /// through some fifty layers.
  @Test("the float network gives ONNX Runtime's scores", .enabled(if: isThere), arguments: checked)
  func scores(_ golden: Golden) throws {
    let graph = try ONNXImporter.load(path: "\(Self.data)/models/\(golden.model).onnx")
    let isLite = golden.model.hasPrefix("efficientnet")
    let preprocessing = PreprocessingRecord(
      resizeRule: .centreCrop, resizeSize: 256, colourOrder: .rgb,
      mean: isLite ? [127, 127, 127] : [123.675, 116.28, 103.53],
      deviation: isLite ? [128, 128, 128] : [58.395, 57.12, 57.375])
    let folder = try TestFolder()
    let photograph = "\(Self.data)/imagenet-sample/\(golden.picture)"
    try folder.write(Pictures.read(path: photograph), golden.picture)
    let pictures = try CalibrationPictures.load(
      folder: folder.path, preprocessing: preprocessing,
      shape: graph.values[graph.input].shape, options: QuantizationOptions()
    ) { _ in }
    try #require(pictures.digest == golden.digest, "the picture was prepared in another way")
    let optimized = GraphOptimizer.optimize(graph)
    let found = try FloatExecutor(graph: optimized, threads: 2).run(pictures.real(0))
    for (index, score) in golden.scores {
      #expect(abs(found[index] - score) <= 1e-4 * golden.largest, "class \(index)")
    }
    #expect(found.indices.max { found[$0] < found[$1] } == golden.scores[0].index)
  }
}
