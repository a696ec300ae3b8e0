// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

@testable import Quantize

@Suite("Students that end in an embedding")
struct EmbeddingStudentTests {
  private static let kept = ["other_axis", "l1"]

  /// float32 against ONNX Runtime's float32, of other order: 1e-5 of a unit vector.
  @Test("a unit norm at the end is left out, as exporters write it")
  func unitNorm() throws {
    let expected = try GoldenEmbeddings.rows("expected.txt")
    #expect(expected.count == 9)
    for (name, numbers) in expected {
      let path = GoldenEmbeddings.path("\(name).onnx")
      if Self.kept.contains(name) {
        #expect(throws: ImportError.self, "\(name)") {
          try ONNXImporter.student(path: path)
        }
        continue
      }
      let graph = try ONNXImporter.student(path: path).graph
      let output = try FloatExecutor(graph: graph, threads: 1).run(GoldenEmbeddings.input)
      let norm = output.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      for (value, truth) in zip(output, numbers) {
        #expect(abs(Double(value) / norm - truth) < 1e-5, "\(name)")
      }
      // Those of which nothing is left out give the same graph without being asked.
      if name == "torch_plain" {
        let plain = try ONNXImporter.load(path: path)
        #expect(plain.nodes.count == graph.nodes.count)
      } else {
        #expect(throws: ImportError.self, "\(name)") { try ONNXImporter.load(path: path) }
      }
    }
  }

  @Test("text embeddings are the means over templates")
  func bank() throws {
    let texts = try TextEmbeddings(path: GoldenEmbeddings.path("bank.safetensors"))
    #expect(texts.width == 8 && texts.logitScale == 100 && texts.classes.count == 5)
    for (name, numbers) in try GoldenEmbeddings.rows("bank.txt") {
      let embedding = try texts.embedding(of: name)
      #expect(zip(embedding, numbers).allSatisfy { abs(Double($0) - $1) < 1e-7 }, "\(name)")
    }
    #expect(try texts.embedding(of: "kitten") == texts.embedding(of: "cat"))
    #expect(try texts.embedding(of: "big_bird") == texts.embedding(of: "big bird"))
    #expect(throws: ClassError.self) { try texts.embedding(of: "bird of prey") }
  }

  @Test("files that are no banks are named, with what to do")
  func badBanks() throws {
    let folder = try TestFolder()
    let good = Array(
      try Data(contentsOf: URL(fileURLWithPath: GoldenEmbeddings.path("bank.safetensors"))))
    try folder.write(good, "good")
    _ = try TextEmbeddings(path: folder.path + "/good")
    for count in [0, 7, 8, 100, good.count - 1] {
      try folder.write(Array(good.prefix(count)), "bad")
      #expect(throws: ClassError.self) { try TextEmbeddings(path: folder.path + "/bad") }
    }
    // Shapes that do not fit their bytes, or overflow.
    for shape in ["[5,2,9]", "[9,9,9]", "[5,0,8]"] {
      let place = try #require(good.firstRange(of: Array("[5,2,8]".utf8)))
      var bad = good
      bad.replaceSubrange(place, with: Array(shape.utf8))
      try folder.write(bad, "bad")
      #expect(throws: ClassError.self, "\(shape)") {
        try TextEmbeddings(path: folder.path + "/bad")
      }
    }
    #expect(throws: ClassError.self) { try TextEmbeddings(path: folder.path + "/none") }
    let plain = GoldenEmbeddings.path("plain.safetensors")
    #expect(throws: ClassError.self) { try TextEmbeddings(path: plain) }
    #expect(throws: ClassError.self) { try TextEmbeddings(path: plain, names: ["one"]) }
    let named = try TextEmbeddings(path: plain, names: ["a", "b", "c", "d", "e"])
    #expect(named.width == 8 && named.logitScale == nil)
  }

  /// Each element is off by half a step of 1/127 of the greatest.
  @Test("a class row is within its rounding of the embedding", arguments: [1, 2, 512, 513])
  func rows(_ width: Int) throws {
    var random = TestRandom(fixed: UInt64(width))
    let values: [Float] = (0..<width).map { _ in Float.random(in: -3...3, using: &random) }
    let row = try ClassRow(values, label: "a")
    let largest = Double(values.reduce(Float(0)) { max($0, $1.magnitude) })
    for (element, value) in zip(row.elements, values) {
      let rounding = abs(Double(element) / 127 * largest - Double(value))
      #expect(rounding <= largest / 254 * (1 + 1e-12))
    }
    let squares = row.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(Double(row.scale) * squares.squareRoot() - 1) < 1e-7)
    for bad: [Float] in [[0, 0], [.nan, 1], [.infinity, 1], []] {
      #expect(throws: ClassError.self) { try ClassRow(bad, label: "a") }
    }
  }

  // MARK: - End to end

  static func model(
    labels: [String] = ["cat", "dog"], negatives: [String] = [],
    rejection: RejectionRule? = nil, bank: String = "bank.safetensors"
  ) throws -> [UInt8] {
    let texts = try TextEmbeddings(path: GoldenEmbeddings.path(bank))
    func entries(_ names: [String]) throws -> [(label: String, embedding: [Float])] {
      try names.map { ($0, try texts.embedding(of: $0)) }
    }
    let set = try ClassSet(
      classes: try entries(labels), negatives: try entries(negatives), logitScale: 100,
      rejection: rejection)
    let student = GoldenEmbeddings.path("torch_normalize.onnx")
    let graph = try ONNXImporter.student(path: student).graph
    let job = QuantizationJob(
      student: student, calibration: StudentRun.pictures, classes: set,
      preprocessing: StudentRun.preprocessing(graph))
    return try Quantizer().quantize(job).bytes
  }

  /// The int8 network's embedding against the float one's: the bound of a tiny network.
  @Test("is quantized with its classes and compares pictures with them")
  func endToEnd() throws {
    let bytes = try Self.model(labels: ["cat", "dog", "cow"], negatives: ["big bird"])
    var classifier = try Classifier(Model.load(bytes.span.bytes))
    #expect((0..<3).map { classifier.label($0) } == ["cat", "dog", "cow"])
    let graph = try ONNXImporter.student(
      path: GoldenEmbeddings.path("torch_normalize.onnx")
    ).graph
    let executor = FloatExecutor(graph: graph, threads: 1)
    var preprocessor = Preprocessor(
      record: StudentRun.preprocessing(graph), height: 6, width: 5, channels: 3)
    let texts = try TextEmbeddings(path: GoldenEmbeddings.path("bank.safetensors"))
    for seed in 0..<6 {
      let image = Image(
        width: 8, height: 9, format: .rgb,
        pixels: (0..<216).map { UInt8(truncatingIfNeeded: $0 * (seed + 3) * 7) })
      _ = try classifier.classify(image)
      var input = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
      try input.withUnsafeMutableBufferPointer { buffer in
        try preprocessor.run(
          pixels: image.pixels.span.bytes, width: 8, height: 9, bytesPerRow: 24, format: .rgb,
          into: buffer.baseAddress!)
      }
      let embedding = try executor.run(
        input.indices.map { preprocessor.real(input[$0], channel: $0 % 3) })
      let norm = embedding.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (index, name) in ["cat", "dog", "cow"].enumerated() {
        let text = try texts.embedding(of: name)
        let cosine = zip(embedding, text).reduce(0) { $0 + $1.0 * $1.1 } / norm
        #expect(abs(classifier.score(index) / 100 - cosine) < 0.05, "\(name)")
      }
    }
  }

  @Test("labels, widths and outputs that do not fit are refused")
  func refusals() throws {
    let row: [Float] = [1, 2]
    for classes: [(String, [Float])] in [
      [], [("a", row), ("a", row)], [("", row)], [("a\n", row)], [("a", row), ("b", [1])],
      [("a", [])], [("a", [0, 0])],
    ] {
      #expect(throws: ClassError.self) { try ClassSet(classes: classes, logitScale: 100) }
    }
    for scale: Float in [0, .nan, -1, .infinity] {
      #expect(throws: ClassError.self) { try ClassSet(classes: [("a", row)], logitScale: scale) }
    }
    let narrow = try ClassSet(classes: [("a", row)], logitScale: 100)
    let graph = SmallStudents.clampedScores
    let wide = try ClassSet(
      classes: [
        ("a", [Float](repeating: 1, count: graph.values[graph.output].shape.channels))
      ], logitScale: 100)
    let job = QuantizationJob(
      student: "student.onnx", calibration: StudentRun.pictures, classes: narrow,
      preprocessing: StudentRun.preprocessing(graph))
    #expect(throws: ClassError.self) { _ = try Quantizer().quantize(graph, job).report }
    var clamped = job
    clamped.classes = wide
    #expect(throws: QuantizationError.self) { _ = try Quantizer().quantize(graph, clamped).report }
  }
}
