// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Runtime
import Testing

@testable import Quantize

@Suite("Quantizer")
struct QuantizerTests {
  private static func options(
    _ change: (inout QuantizationOptions) -> Void = { _ in }
  ) -> QuantizationOptions {
    var options = QuantizationOptions()
    options.maximumPictures = 5
    change(&options)
    return options
  }

  @Test(
    "the same inputs give the same bytes, whatever the threads",
    arguments: ["residual", "depthwise", "grouped", "pools"])
  func sameBytes(_ name: String) throws {
    let graph = SmallStudents.named(name)
    let job = StudentRun.job(graph)
    let first = try Quantizer(options: Self.options()).quantize(graph, job)
    let percentile = Self.options { $0.rangeMethod = .percentile(99.5) }
    let other = try Quantizer(options: percentile).quantize(graph, job)
    #expect(first.bytes != other.bytes)
    for threads in [1, 2, 3] {
      let again = try Quantizer(options: Self.options { $0.threads = threads }).quantize(graph, job)
      #expect(again.bytes == first.bytes, "\(threads) threads")
      #expect(again.report == first.report)
      var threaded = percentile
      threaded.threads = threads
      #expect(try Quantizer(options: threaded).quantize(graph, job).bytes == other.bytes)
    }
    let seeded = try Quantizer(options: Self.options { $0.seed = 2 }).quantize(graph, job)
    #expect(seeded.bytes != first.bytes)
  }

  @Test(
    "every number of activations, inputs and method is in the file",
    arguments: [
      ActivationPrecision.u7, .u8,
    ])
  func precision(_ precision: ActivationPrecision) throws {
    let run = try StudentRun(
      SmallStudents.residual,
      options: Self.options { ($0.activations, $0.input) = (precision, precision) })
    #expect(run.network.tensors[0].upper == precision.upper)
    for node in run.network.nodes where node.record.operation == .convolution {
      #expect(run.network.tensors[node.record.input].upper == precision.upper)
    }
    // Only an addition reads these.
    let added = run.network.nodes.filter { $0.record.operation == .add }.map(\.record.secondInput)
    #expect(added.contains { run.network.tensors[$0].upper == 255 })
  }

  /// Mean errors of the scores against the float weights on the same int8 inputs.
  private func meanErrors(correctsBias: Bool) throws -> [Double] {
    let run = try StudentRun(
      SmallStudents.dilated, options: Self.options { $0.correctsBias = correctsBias })
    let last = try #require(run.graph.nodes.last)
    guard case .convolution(let dense) = last.operation else { return [] }
    let storage = try #require(run.calibration.activations[last.inputs[0]])
    let length = dense.weights.count / dense.outputChannels
    var errors = [Double](repeating: 0, count: dense.outputChannels)
    for picture in 0..<run.pictures.count {
      let outputs = run.predicted(picture)
      let input = outputs[outputs.count - 2].enumerated().map {
        storage.value(Int($1)) * storage.ratios[$0]
      }
      let found = run.real(outputs[outputs.count - 1])
      for channel in errors.indices {
        let weights = dense.weights[channel * length..<(channel + 1) * length]
        let exact = zip(weights, input).reduce(Double(dense.bias[channel])) {
          $0 + Double($1.0) * Double($1.1)
        }
        errors[channel] += (Double(found[channel]) - exact) / Double(run.pictures.count)
      }
    }
    return errors.map(abs)
  }

  @Test("bias correction takes away the mean error of rounded weights")
  func biasCorrection() throws {
    let with = try meanErrors(correctsBias: true)
    let without = try meanErrors(correctsBias: false)
    // What is left is half a step of the bias.
    #expect(with.count == SmallStudents.classes && with.reduce(0, max) < 1e-4, "\(with)")
    #expect(without.reduce(0, max) > 3e-4, "\(without)")
  }

  @Test("the report has a line for each layer and is JSON")
  func report() throws {
    let graph = SmallStudents.named("pools")
    let student = try Quantizer(options: Self.options()).quantize(graph, StudentRun.job(graph))
    let report = student.report
    let nodes = FusedGraph(GraphOptimizer.optimize(graph)).nodes
    #expect(report.layers.map(\.name) == nodes.map(\.name))
    let lines = report.table().split(separator: "\n")
    #expect(lines.count == nodes.count + 1)
    for (line, node) in zip(lines.dropFirst(), nodes) { #expect(line.contains(node.name)) }
    let json = Data(try report.json().utf8)
    #expect(try JSONDecoder().decode(QuantizationReport.self, from: json) == report)
    #expect(report.pictures == 5)
    #expect(report.fileByteCount == student.bytes.count)
    for layer in report.layers {
      #expect(layer.signalToNoise.map { $0 > 20 } ?? true, "\(layer.name)")
      #expect(layer.cosine.map { $0 > 0.99 } ?? true, "\(layer.name)")
      #expect(layer.saturatedShare == 0, "\(layer.name)")
    }
    #expect(report.layers.last?.levels == 0)
  }

  @Test("the report tells what rounding one layer's output costs, and a finer step costs a quarter")
  func ownSignalToNoise() throws {
    let graph = SmallStudents.named("residual")
    func layers(
      _ change: @escaping (inout QuantizationOptions) -> Void
    ) throws -> [QuantizationReport.Layer] {
      let quantizer = Quantizer(options: Self.options(change))
      return try quantizer.quantize(graph, StudentRun.job(graph)).report.layers
    }
    let coarse = try layers { $0.activations = .u7 }
    let fine = try layers { $0.activations = .u8 }
    var gains: [Double] = []
    for (coarse, fine) in zip(coarse, fine) where coarse.levels < fine.levels {
      gains.append(try #require(fine.ownSignalToNoise) - #require(coarse.ownSignalToNoise))
    }
    let mean = gains.reduce(0, +) / Double(gains.count)
    #expect(gains.count > 2 && abs(mean - 6.02) < 2, "\(gains)")
    #expect(coarse.last?.ownSignalToNoise == nil, "the output stays real")
    let unmeasured = try layers {
      $0.activations = .u8
      $0.rangeMethod = .minMax
    }
    #expect(unmeasured.allSatisfy { $0.ownSignalToNoise == nil })
  }

  @Test("progress goes through the stages from 0 to 1")
  func progress() throws {
    let graph = SmallStudents.named("dense")
    var seen: [(Quantizer.Stage, Double)] = []
    _ = try Quantizer(options: Self.options()).quantize(graph, StudentRun.job(graph)) {
      seen.append(($0, $1))
    }
    for stage in [Quantizer.Stage.pictures, .calibration, .rounding, .comparison] {
      let parts = seen.filter { $0.0 == stage }.map(\.1)
      #expect(parts == parts.sorted())
      #expect(parts.allSatisfy { (0...1).contains($0) })
    }
    #expect(seen.last?.1 == 1)
  }

  @Test("a network's bytes and the preprocessor's agree on every picture")
  func preprocessing() throws {
    for name in ["residual", "grey", "copied input"] {
      let run = try StudentRun(SmallStudents.named(name), options: Self.options())
      let model = try Model.load(run.bytes.span.bytes)
      var preprocessor = Preprocessor(record: model.preprocessing, input: model.input)
      for picture in 0..<run.pictures.count {
        let image = try Pictures.decode(path: run.pictures.names[picture])
        var output = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
        try output.withUnsafeMutableBufferPointer {
          try preprocessor.run(
            pixels: image.pixels.span.bytes, width: image.width, height: image.height,
            bytesPerRow: image.bytesPerRow, format: image.format,
            into: try #require($0.baseAddress))
        }
        #expect(output == run.input(picture))
      }
    }
  }

  @Test("no more pictures are taken than fit the memory, and one always")
  func memory() throws {
    let graph = SmallStudents.named("residual")
    // The picture, and 6 x 6 x 12 three times at the first addition.
    let byteCount = FusedGraph(GraphOptimizer.optimize(graph)).pictureByteCount
    #expect(byteCount == 468 + 3 * 432)
    func pictures(_ limit: Int) throws -> Int {
      let options = Self.options { ($0.pictureMemoryByteCount, $0.maximumPictures) = (limit, nil) }
      return try Quantizer(options: options).quantize(graph, StudentRun.job(graph)).report.pictures
    }
    #expect(try pictures(3 * byteCount + 1) == 3)
    #expect(try pictures(1) == 1)
  }
}
