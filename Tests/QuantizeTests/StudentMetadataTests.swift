// SPDX-License-Identifier: Apache-2.0
import Runtime
import Testing

@testable import Quantize

@Suite("What a student's file says of itself")
struct StudentMetadataTests {
  private func bytes(
    _ entries: [(String, String)], ending: ImportedStudent.Ending = .linear
  ) throws -> [UInt8] {
    var builder = ONNXBuilder(name: "made")
    builder.addInput("x", shape: [1, 3, 1, 1])
    let flat = builder.addNode("Flatten", name: "flat", ["x"], output: "flat")
    let weights = builder.addConstant("w", [1, 2, 3, 4, 5, 6], shape: [3, 2])
    var last = builder.addNode("MatMul", name: "product", [flat, weights], output: "y")
    if ending == .embedding {
      let norm = builder.addNode(
        "ReduceL2", name: "norm", [last], output: "norm", [("axes", .integers([1]))])
      last = builder.addNode("Div", name: "unit", [last, norm], output: "embedding")
    }
    builder.addOutput(last, shape: [1, 2])
    return try builder.bytes(metadata: entries.map { (key: $0.0, value: $0.1) })
  }

  private func student(
    _ entries: [(String, String)], ending: ImportedStudent.Ending = .linear
  ) throws -> ImportedStudent {
    try ONNXImporter.student(bytes: bytes(entries, ending: ending), sourceName: "made.onnx")
  }

  @Test("the same calls write the same bytes, which the importer reads")
  func builder() throws {
    let entries = (0..<20).map { ("key \($0)", "value \($0)") }
    #expect(try bytes(entries) == bytes(entries))
    let student = try student([])
    let output = try FloatExecutor(graph: student.graph, threads: 1).run([1, 10, 100])
    #expect(output == [531, 642])
    #expect(try student.metadata.labels() == nil && student.metadata.preprocessing() == nil)
    #expect(try student.metadata.logitScale() == nil)
  }

  @Test("what Python wrote is read")
  func python() throws {
    let metadata = try ONNXImporter.student(path: GoldenClasses.path("metadata.onnx")).metadata
    #expect(try metadata.labels() == ["Grün", "b", "c", "d", "雪"])
    #expect(try metadata.logitScale() == 30)
    #expect(
      try metadata.preprocessing()
        == PreprocessingRecord(
          resizeRule: .centreCrop, resizeSize: 8, colourOrder: .bgr, mean: [127, 128.5, 0],
          deviation: [128, 1, 57.375]))
  }

  @Test("what is written is read", arguments: [0, 1, 2])
  func roundTrip(_ kind: Int) throws {
    let record = [
      PreprocessingRecord(
        resizeRule: .centreCrop, resizeSize: 256, colourOrder: .rgb,
        mean: [123.675, 116.28, 103.53],
        deviation: [58.395, 57.12, 57.375]),
      PreprocessingRecord(
        resizeRule: .squash, resizeSize: 0, colourOrder: .bgr, mean: [0, -1e-7, 3e38],
        deviation: [1e-38, 0.1, 1]),
      PreprocessingRecord(
        resizeRule: .centreCrop, resizeSize: 65_535, colourOrder: .grey,
        mean: [127, 127, 127], deviation: [128, 128, 128]),
    ][kind]
    let labels = ["a", "\"quoted\"\\", "Grün/雪", " "]
    let entries = try StudentMetadata.entries(
      labels: labels, preprocessing: record, logitScale: 0.1, ending: .linear)
    let again = try StudentMetadata.entries(
      labels: labels, preprocessing: record, logitScale: 0.1, ending: .linear)
    #expect(entries.map(\.value) == again.map(\.value))
    let metadata = try student(entries.map { ($0.key, $0.value) }).metadata
    #expect(try metadata.labels() == labels && metadata.preprocessing() == record)
    #expect(try metadata.logitScale() == 0.1)
  }

  @Test(
    "labels and scales that are none are named",
    arguments: ["", "a", "{}", "[1]", "[]", "[\"a\"", deep])
  func badLabels(_ text: String) throws {
    let metadata = try student([("swiftlet.labels", text), ("swiftlet.logit_scale", "-1")]).metadata
    let error = #expect(throws: ImportError.self) { try metadata.labels() }
    #expect(error?.description.hasPrefix("made.onnx: its metadata 'swiftlet.labels' (") == true)
    #expect(error?.description.contains("give the option that says it instead") == true)
    #expect(throws: ImportError.self) { try metadata.logitScale() }
    #expect(try metadata.preprocessing() == nil)
  }

  private static let deep = String(repeating: "[", count: 100_000)

  @Test(
    "preprocessing that is none is named",
    arguments: [
      ("[]", "is not a JSON object with mean"),
      (#"{"mean":[1,2,3]}"#, "is not a JSON object with mean"),
      (text(mean: "[1,2]"), "needs three finite means"),
      (text(mean: "[1,2,1e39]"), "its metadata 'swiftlet.preprocessing'"),
      (text(deviation: "[1,2,0]"), "needs three finite means"),
      (text(order: "brg"), "none of rgb, bgr, grey"),
      (text(rule: "crop"), "none of centreCrop, squash"),
      (text(size: "0"), "a resizeSize that does not fit"),
      (text(size: "65536"), "a resizeSize that does not fit"),
      (text(rule: "squash"), "a resizeSize that does not fit"),
      (text(size: "2.5"), "is not a JSON object with mean"),
    ])
  func badPreprocessing(_ text: String, _ problem: String) throws {
    let metadata = try student([("swiftlet.preprocessing", text)]).metadata
    let error = #expect(throws: ImportError.self) { try metadata.preprocessing() }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  private static func text(
    mean: String = "[1,2,3]", deviation: String = "[1,2,3]", order: String = "rgb",
    rule: String = "centreCrop", size: String = "9"
  ) -> String {
    #"{"mean":\#(mean),"deviation":\#(deviation),"colourOrder":"\#(order)","#
      + #""resizeRule":"\#(rule)","resizeSize":\#(size)}"#
  }

  @Test("a graph that ends otherwise than its metadata say is refused")
  func endings() throws {
    #expect(try student([("swiftlet.head", "linear")]).ending == .linear)
    #expect(try student([("swiftlet.head", "embedding")], ending: .embedding).ending == .embedding)
    for (stated, ending) in [("classes", ImportedStudent.Ending.linear), ("linear", .embedding)] {
      let error = #expect(throws: ImportError.self) {
        try student([("swiftlet.head", stated)], ending: ending)
      }
      #expect(error?.description.contains("say that it ends in '\(stated)'") == true)
    }
    #expect(throws: ImportError.self) { try student([("swiftlet.head", "scores")]) }
  }
}
