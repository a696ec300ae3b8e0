// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

@testable import Quantize

@Suite("Quantizer: refusals")
struct QuantizerErrorTests {
  private static let graph = SmallStudents.named("dense")

  /// What the quantizer says to a job.
  private func error(
    _ graph: FloatGraph = graph, options: QuantizationOptions = QuantizationOptions(),
    _ change: (inout QuantizationJob) -> Void = { _ in }
  ) -> QuantizationError? {
    var job = StudentRun.job(graph)
    change(&job)
    do {
      _ = try Quantizer(options: options).quantize(graph, job)
      return nil
    } catch {
      return error as? QuantizationError
    }
  }

  @Test("labels that do not fit the outputs are refused before any picture is read")
  func labels() {
    #expect(
      error {
        $0.labels.removeLast()
        $0.calibration = "/no/such/folder"
      } == .labelCount(labels: 6, outputs: 7))
    #expect(error { $0.labels = [] } == .labelCount(labels: 0, outputs: 7))
    #expect(error { $0.labels[2] = "a\nb" } == .unprintableLabel(3))
  }

  @Test("a folder without pictures, and one that is none, are told apart")
  func folders() throws {
    let folder = try TestFolder()
    #expect(
      error { $0.calibration = folder.path } == .noPictures(folder: folder.path, broken: 0))
    #expect(error { $0.calibration = "/no/such/folder" } == .unreadableFolder("/no/such/folder"))
    try folder.write([1, 2, 3], "a.jpg")
    try folder.write([], "b.png")
    #expect(
      error { $0.calibration = folder.path } == .noPictures(folder: folder.path, broken: 2))
  }

  @Test("a broken picture among good ones is named, counted and replaced")
  func brokenPicture() throws {
    let folder = try TestFolder()
    let good = try Array(
      Data(contentsOf: URL(fileURLWithPath: StudentRun.pictures + "/colour-420.jpg")))
    for name in ["a.jpg", "c.jpg", "d.jpg"] { try folder.write(good, name) }
    try folder.write(Array(good.prefix(good.count / 8)), "b.jpg")
    var options = QuantizationOptions()
    let job = StudentRun.job(Self.graph, folder: folder.path)
    let report = try Quantizer(options: options).quantize(Self.graph, job).report
    #expect(report.pictures == 3)
    #expect(report.brokenPictures.count == 1)
    #expect(report.brokenPictures.first?.contains("\(folder.path)/b.jpg") == true)
    // The result is that of the good pictures.
    let clean = try TestFolder()
    for name in ["1.jpg", "2.jpg", "3.jpg"] { try clean.write(good, name) }
    let cleanJob = StudentRun.job(Self.graph, folder: clean.path)
    #expect(
      try Quantizer(options: options).quantize(Self.graph, job).bytes
        == Quantizer(options: options).quantize(Self.graph, cleanJob).bytes)
    options.maximumPictures = 3
    #expect(try Quantizer(options: options).quantize(Self.graph, job).report.pictures == 3)
  }

  @Test("weights that are no numbers are refused by node", arguments: [Float.nan, .infinity])
  func notFiniteWeights(_ value: Float) {
    var graph = Self.graph
    guard case .convolution(var convolution) = graph.nodes[2].operation else {
      Issue.record("node 2 is a convolution")
      return
    }
    convolution.weights[5] = value
    graph.nodes[2].operation = .convolution(convolution)
    #expect(error(graph) == .notFiniteWeights(node: "node2"))
    convolution.weights[5] = 0
    convolution.bias[0] = value
    graph.nodes[2].operation = .convolution(convolution)
    #expect(error(graph) == .notFiniteWeights(node: "node2"))
  }

  @Test("an activation that overflows is named")
  func notFiniteActivation() {
    var builder = StudentBuilder(height: 4, width: 4, seed: 1)
    let huge = (0..<3).map { _ in Float.greatestFiniteMagnitude }
    var value = builder.append(
      .scaleShift(scale: huge, shift: [0, 0, 0]), [0], height: 4, width: 4, channels: 3)
    value = builder.dense(builder.add(value, value), 7)
    let graph = builder.graph(output: value)
    guard case .notFinite = error(graph) else {
      Issue.record("\(String(describing: error(graph)))")
      return
    }
  }

  @Test("a preprocessing that cannot make the input is refused")
  func preprocessing() {
    func refuses(_ change: (inout PreprocessingRecord) -> Void) -> Bool {
      let found = error { change(&$0.preprocessing) }
      if case .preprocessing = found { return true }
      return false
    }
    #expect(!refuses { $0.resizeSize = 7 })
    #expect(error { $0.preprocessing.resizeSize = 6 } == .resizeSize(6, needed: 7))
    #expect(error { $0.preprocessing.resizeSize = 70_000 } == .resizeSize(70_000, needed: 7))
    #expect(refuses { $0.resizeRule = .squash })
    #expect(refuses { $0.deviation[1] = 0 })
    #expect(refuses { $0.mean[2] = .nan })
    #expect(error { $0.preprocessing.colourOrder = .grey } == .inputChannels(3))
  }

  @Test("forms that the file does not know are refused by node")
  func unsupported() {
    func refuses(_ build: (inout StudentBuilder) -> Int) -> Bool {
      var builder = StudentBuilder(height: 8, width: 8, seed: 1)
      let graph = builder.build(build)
      guard case .unsupported = error(graph) else { return false }
      return true
    }
    let dilated = StudentBuilder.window(2, stride: 1, pads: [0, 0, 0, 0], dilation: 2)
    #expect(refuses { $0.dense($0.pool(0, dilated, average: nil), 7) })
    // The output is a picture.
    #expect(refuses { $0.convolution(0, 7, StudentBuilder.window(3)) })
  }

  @Test("a cancelled task writes nothing")
  func cancelled() async {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return error()
    }
    #expect(await task.value == .cancelled)
  }

  @Test("every refusal says what to do")
  func descriptions() {
    let all: [QuantizationError] = [
      .unreadableFolder("f"), .noPictures(folder: "f", broken: 0),
      .noPictures(folder: "f", broken: 2), .notFiniteWeights(node: "n"), .notFinite("v"),
      .inputChannels(4), .labelCount(labels: 1, outputs: 2), .unreadableLabels("l"),
      .unprintableLabel(3), .preprocessing("r"),
      .resizeSize(6, needed: 7), .unsupported(node: "n", reason: "r"),
      .rejected(.checksumMismatch), .unwritable("p", errno: 13), .cancelled,
    ]
    for error in all { #expect(error.description.hasSuffix("."), "\(error.description)") }
    #expect(Set(all.map(\.description)).count == all.count)
  }
}
