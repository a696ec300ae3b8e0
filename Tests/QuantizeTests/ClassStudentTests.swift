// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

@testable import Quantize

@Suite("Students that hold class embeddings")
struct ClassStudentTests {
  @Test("there are golden students of both kinds")
  func goldenFilesAreThere() {
    #expect(GoldenClasses.results.count == 11 && GoldenClasses.refusals.count == 6)
  }

  /// The embedding's cosines with the rows, times the scale, against ONNX Runtime's logits of the
  /// whole graph: 1e-5 of the scale, some hundred roundings of binary32.
  @Test("are cut at the embedding, rows and scale beside it", arguments: GoldenClasses.results)
  func results(_ golden: GoldenClasses.Result) throws {
    let student = try ONNXImporter.student(path: GoldenClasses.path("\(golden.name).onnx"))
    let classes = try #require(student.classes)
    #expect(student.ending == .classes && classes.count == 5 && classes.width == 8)
    #expect(abs(Double(classes.logitScale) / golden.logitScale - 1) < 1e-6)
    let embedding = try FloatExecutor(graph: student.graph, threads: 1)
      .run(GoldenEmbeddings.input)
    try #require(embedding.count == 8)
    for (index, logit) in golden.logits.enumerated() {
      let row = Array(classes.rows[index * 8..<(index + 1) * 8])
      let cosine = dot(embedding, row) / (dot(embedding, embedding) * dot(row, row)).squareRoot()
      #expect(abs(cosine * golden.logitScale - logit) < 1e-5 * golden.logitScale)
    }
  }

  private func dot(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  @Test("heads that the model file cannot hold are named", arguments: GoldenClasses.refusals)
  func refusals(_ golden: GoldenClasses.Refusal) {
    let path = GoldenClasses.path("\(golden.name).onnx")
    let error = #expect(throws: ImportError.self) { try ONNXImporter.student(path: path) }
    let description = error?.description ?? ""
    #expect(description.hasPrefix(path) && description.contains(golden.text), "\(description)")
  }

  @Test("a classifier over features stays what it is")
  func linear() throws {
    let student = try ONNXImporter.student(path: ImportGolden.path("flatten_gemm"))
    #expect(student.ending == .linear && student.classes == nil)
    let plain = try ONNXImporter.load(path: ImportGolden.path("flatten_gemm"))
    #expect(student.graph.nodes.count == plain.nodes.count)
    let embedding = try ONNXImporter.student(path: GoldenEmbeddings.path("torch_normalize.onnx"))
    #expect(embedding.ending == .embedding && embedding.classes == nil)
  }

  /// What the importer makes of a student that is damaged: a student, or an `ImportError`.
  private func answer(_ bytes: [UInt8]) throws {
    do {
      let student = try ONNXImporter.student(bytes: bytes, sourceName: "damaged")
      _ = (try student.metadata.labels(), try student.metadata.preprocessing())
      _ = try student.metadata.logitScale()
    } catch is ImportError {}
  }

  @Test("every cut and every byte of a student is answered")
  func damage() throws {
    let whole = try GoldenClasses.bytes("metadata.onnx")
    for count in whole.indices { try answer(Array(whole[..<count])) }
    for index in whole.indices {
      for value: UInt8 in [0, whole[index] ^ 1, 0x22, 0x7F, 0xFF] {
        var bytes = whole
        bytes[index] = value
        try answer(bytes)
      }
    }
  }

  @Test("a job with labels alone takes the classes of the file")
  func quantized() throws {
    let path = GoldenClasses.path("metadata.onnx")
    let student = try ONNXImporter.student(path: path)
    let labels = ["a", "b", "c", "d", "e"]
    var job = QuantizationJob(
      student: path, calibration: StudentRun.pictures, labels: labels,
      preprocessing: StudentRun.preprocessing(student.graph))
    let bytes = try Quantizer().quantize(job).bytes
    let classifier = try Classifier(Model.load(bytes.span.bytes))
    #expect(classifier.engine.model.classes?.logitScale == 30)
    #expect((0..<5).map { classifier.label($0) } == labels)
    job.classes = try ClassSet(try #require(student.classes), labels: labels)
    #expect(try Quantizer().quantize(job).bytes == bytes)
    job.classes = nil
    job.labels = ["a", "b"]
    #expect(throws: QuantizationError.labelCount(labels: 2, outputs: 5)) {
      _ = try Quantizer().quantize(job).bytes
    }
    job.student = GoldenEmbeddings.path("torch_normalize.onnx")
    let error = #expect(throws: ClassError.self) { _ = try Quantizer().quantize(job).bytes }
    #expect(error?.description.contains("ends in an embedding and holds no classes") == true)
  }
}
