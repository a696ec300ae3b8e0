// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime
import Testing

@testable import Training

@Suite("Export of a student")
struct StudentExportTests {
  private static let preprocessing = PreprocessingRecord(
    resizeRule: .centreCrop, resizeSize: 14, colourOrder: .rgb, mean: [123.675, 116.28, 103.53],
    deviation: [58.395, 57.12, 57.375])
  private static let width = 5

  /// One with depthwise convolutions, one with pools, clipped sums and shared values, and one whose
  /// windows lie askew over the border.
  enum Kind: CaseIterable { case depthwise, residual, borders }

  private func student(_ kind: Kind, threads: Int = 2) throws -> Student {
    switch kind {
    case .depthwise:
      try Student(onnx: GoldenLayers.studentPath, width: Self.width, seed: 3, threads: threads)
    case .residual:
      Student(
        try StudentPlan(GradientStudentTests().graph(), source: "made"), width: Self.width, seed: 3,
        threads: threads)
    case .borders:
      Student(
        try StudentPlan(Self.borders, source: "made"), width: Self.width, seed: 3, threads: threads)
    }
  }

  private static let borders: FloatGraph = {
    var generator = SeededGenerator(seed: 6)
    func random(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }
    func window(_ pads: [Int], stride: Int = 1, width: Int = 3) -> FloatWindow {
      var window = FloatWindow(kernelHeight: 3, kernelWidth: width)
      (window.padTop, window.padLeft, window.padBottom, window.padRight) = (
        pads[0], pads[1], pads[2], pads[3]
      )
      (window.strideY, window.strideX) = (stride, 1)
      return window
    }
    let steps: [(FloatOperation, Shape)] = [
      (
        .convolution(
          FloatConvolution(
            window: window([0, 1, 1, 0], stride: 2, width: 2), groups: 1, inputChannels: 3,
            outputChannels: 6, weights: random(108), bias: random(6))),
        Shape(height: 4, width: 8, channels: 6)
      ),
      (
        .convolution(
          FloatConvolution(
            window: window([2, 0, 0, 1]), groups: 6, inputChannels: 6, outputChannels: 6,
            weights: random(54), bias: random(6))), Shape(height: 4, width: 7, channels: 6)
      ),
      (.clamp(lower: 0, upper: .infinity), Shape(height: 4, width: 7, channels: 6)),
      (
        .averagePool(window([1, 1, 1, 0]), countsPadding: true),
        Shape(height: 4, width: 6, channels: 6)
      ),
      (
        .averagePool(window([0, 1, 1, 1]), countsPadding: false),
        Shape(height: 3, width: 6, channels: 6)
      ),
      (
        .averagePool(FloatWindow(kernelHeight: 3, kernelWidth: 6), countsPadding: false),
        Shape(height: 1, width: 1, channels: 6)
      ),
    ]
    let input = FloatGraph.Value(name: "0", shape: Shape(height: 8, width: 8, channels: 3))
    return FloatGraph(
      values: [input]
        + steps.enumerated().map { FloatGraph.Value(name: "\($0 + 1)", shape: $1.1) },
      nodes: steps.enumerated().map { index, step in
        FloatNode(name: "node\(index)", operation: step.0, inputs: [index], output: index + 1)
      }, input: 0, output: steps.count)
  }()

  private func pixels(_ student: Student, count: Int) -> [Float] {
    var generator = SeededGenerator(seed: 5)
    let size = student.inputSize.height * student.inputSize.width * 3
    return (0..<count * size).map { _ in Float.random(in: -2...2, using: &generator) }
  }

  /// The outputs of the file's network for each picture.
  private func outputs(_ graph: FloatGraph, _ pixels: [Float], count: Int) throws -> [Float] {
    let executor = FloatExecutor(graph: graph, threads: 1)
    let size = pixels.count / count
    return try (0..<count).flatMap { picture in
      try executor.run(Array(pixels[picture * size..<(picture + 1) * size]))
    }
  }

  private func unitRows(_ values: [Float], width: Int) -> [Float] {
    var (rows, norms) = (values, [Float](repeating: 0, count: values.count / width))
    UnitNorm(width: width).forward(values, rows: norms.count, into: &rows, norms: &norms)
    return rows
  }

  private func names(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

  /// Sums of some hundred products in another order: 1e-5 of the largest value.
  @Test("gives the same embeddings through the importer", arguments: Kind.allCases)
  func embeddings(_ kind: Kind) throws {
    let (student, count) = (try student(kind), 4)
    let pixels = pixels(student, count: count)
    let bytes = try student.onnx(
      head: .embedding(logitScale: 42), preprocessing: Self.preprocessing, name: "made")
    let read = try ONNXImporter.student(bytes: bytes, sourceName: "export")
    #expect(read.ending == .embedding && read.classes == nil)
    let found = unitRows(try outputs(read.graph, pixels, count: count), width: Self.width)
    let expected = student.embeddings(pixels, count: count)
    #expect(relativeError(found, expected) < 1e-5)
    // Pictures that look the same would hide everything.
    #expect(relativeError(Array(expected[..<5]), Array(expected[5..<10])) > 1e-3)
    #expect(try read.metadata.labels() == nil && read.metadata.logitScale() == 42)
    #expect(try read.metadata.preprocessing() == Self.preprocessing)
  }

  @Test("carries class embeddings, labels and logit scale")
  func classes() throws {
    let student = try student(.depthwise)
    var generator = SeededGenerator(seed: 9)
    let texts = unitRows(
      (0..<4 * Self.width).map { _ in Float.random(in: -1...1, using: &generator) },
      width: Self.width)
    let head = ExportHead.classes(names: names(4), embeddings: texts, logitScale: 100)
    let bytes = try student.onnx(head: head, preprocessing: Self.preprocessing, name: "made")
    let read = try ONNXImporter.student(bytes: bytes, sourceName: "export")
    let classes = try #require(read.classes)
    #expect(read.ending == .classes && classes.rows == texts && classes.logitScale == 100)
    #expect(try read.metadata.labels() == names(4))
    let pixels = pixels(student, count: 2)
    let found = unitRows(try outputs(read.graph, pixels, count: 2), width: Self.width)
    #expect(relativeError(found, student.embeddings(pixels, count: 2)) < 1e-5)
  }

  @Test("carries a linear classifier in the projection's place", arguments: Kind.allCases)
  func linear(_ kind: Kind) throws {
    let student = try student(kind)
    var generator = SeededGenerator(seed: 10)
    let (classes, features) = (3, student.featureCount)
    let weights = (0..<classes * features).map { _ in Float.random(in: -1...1, using: &generator) }
    let bias: [Float] = [0.5, -1, 2]
    let head = ExportHead.linear(names: names(classes), weights: weights, bias: bias)
    let bytes = try student.onnx(head: head, preprocessing: Self.preprocessing, name: "made")
    let read = try ONNXImporter.student(bytes: bytes, sourceName: "export")
    #expect(try read.ending == .linear && read.metadata.labels() == names(classes))
    let pixels = pixels(student, count: 2)
    let f = student.features(pixels, count: 2)
    let expected = (0..<2 * classes).map { index in
      let (picture, output) = (index / classes, index % classes)
      return (0..<features).reduce(bias[output]) {
        $0 + f[picture * features + $1] * weights[output * features + $1]
      }
    }
    #expect(relativeError(try outputs(read.graph, pixels, count: 2), expected) < 1e-5)
  }

  @Test("gives the same bytes twice, with any number of threads, and other ones after a step")
  func determinism() throws {
    let first = try student(.depthwise)
    let bytes = try first.onnx(preprocessing: Self.preprocessing, name: "made")
    #expect(try first.onnx(preprocessing: Self.preprocessing, name: "made") == bytes)
    let second = try student(.depthwise, threads: 3)
    #expect(try second.onnx(preprocessing: Self.preprocessing, name: "made") == bytes)
    second.update(.backbone) { $0[0] += 1 }
    #expect(try second.onnx(preprocessing: Self.preprocessing, name: "made") != bytes)
  }

  @Test("an exported student is trained on")
  func reading() throws {
    let student = try student(.depthwise)
    let bytes = try student.onnx(preprocessing: Self.preprocessing, name: "made")
    let read = try ONNXImporter.student(bytes: bytes, sourceName: "export")
    let again = Student(
      try StudentPlan(read.graph, source: "export"), width: 7, seed: 1, threads: 1)
    #expect(again.backbone == student.backbone && again.featureCount == student.featureCount)
    #expect(again.parameterNames.map(\.node) == student.parameterNames.map(\.node))
  }

  @Test("what does not fit the student is refused")
  func refusals() throws {
    let student = try student(.depthwise)
    let texts = [Float](repeating: 0.5, count: 10)
    for head in [
      ExportHead.classes(names: names(2), embeddings: Array(texts[..<9]), logitScale: 100),
      .classes(names: [], embeddings: [], logitScale: 100),
      .classes(names: names(2), embeddings: texts, logitScale: 0),
      .classes(names: names(2), embeddings: texts.map { $0 / 0 }, logitScale: 1),
      .embedding(logitScale: .nan),
      .linear(names: names(2), weights: texts, bias: [0, 0]),
      .linear(names: names(1), weights: [Float](repeating: .nan, count: 12), bias: [0]),
      .linear(names: names(1), weights: [Float](repeating: 0, count: 12), bias: []),
    ] {
      let error = #expect(throws: TrainingError.self) {
        try student.onnx(head: head, preprocessing: Self.preprocessing, name: "made")
      }
      #expect(error?.description.hasPrefix("the student cannot be exported: ") == true)
    }
    let good = Self.preprocessing
    var (unsized, flat, grey) = (good, good, good)
    unsized.resizeSize = 11
    flat.deviation[1] = 0
    grey.colourOrder = .grey
    for (name, record) in [("size", unsized), ("deviation", flat), ("colours", grey)] {
      #expect(throws: TrainingError.self, "\(name)") {
        try student.onnx(preprocessing: record, name: "made")
      }
    }
    student.update(.backbone) { $0[3] = .nan }
    let error = #expect(throws: TrainingError.self) {
      try student.onnx(preprocessing: Self.preprocessing, name: "made")
    }
    #expect(error?.description.contains("hold NaN or infinity") == true)
  }
}
