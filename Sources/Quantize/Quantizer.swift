// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Runtime

/// What is to be quantized, and what goes into the model file beside the network.
public struct QuantizationJob: Sendable {
  /// The float student, an ONNX file.
  public var student: String
  /// A folder of pictures of the kind that the camera will see.
  public var calibration: String
  /// One label an output, in their order.
  public var labels: [String]
  public var preprocessing: PreprocessingRecord
  /// Recorded in the file; empty ones are left out.
  public var name = ""
  public var licence = ""

  public init(
    student: String, calibration: String, labels: [String], preprocessing: PreprocessingRecord
  ) {
    self.student = student
    self.calibration = calibration
    self.labels = labels
    self.preprocessing = preprocessing
  }
}

/// A model file in memory and the report on it.
public struct QuantizedStudent: Sendable {
  public let bytes: [UInt8]
  public let report: QuantizationReport

  /// Writes the model file; the path leads to the old content or to all of the new, never to a part.
  /// - Throws: `QuantizationError.unwritable`.
  public func write(to path: String) throws { try AtomicFile.write(bytes, to: path) }
}

/// Turns a float student into an int8 model file. The same inputs, options and seed give the same
/// bytes, whatever the number of threads.
///
/// docs/quantization.md explains the recipe.
public struct Quantizer: Sendable {
  /// What the quantizer is doing, for a progress bar.
  public enum Stage: String, Sendable {
    case pictures = "reading pictures"
    case calibration = "calibrating"
    case rounding = "quantizing"
    case comparison = "comparing"
  }

  /// Pictures on which the report compares the layers.
  public static let comparedPictures = 16

  public var options: QuantizationOptions

  public init(options: QuantizationOptions = QuantizationOptions()) { self.options = options }

  /// Imports, calibrates, quantizes and compares.
  ///
  /// - Parameter progress: called with the part 0...1 of a stage that is done.
  /// - Throws: `QuantizationError`, or an import error that names file, operator and node.
  public func quantize(
    _ job: QuantizationJob, progress: (Stage, Double) -> Void = { _, _ in }
  ) throws -> QuantizedStudent {
    let source = try ONNXImporter.load(path: job.student)
    let graph = FusedGraph(GraphOptimizer.optimize(source))
    let shape = graph.source.values[graph.input].shape
    try check(job, graph, shape)
    let pictures = try CalibrationPictures.load(
      folder: job.calibration, preprocessing: job.preprocessing, shape: shape, options: options
    ) { progress(.pictures, $0) }
    let (network, calibration) = try network(graph, pictures, job.preprocessing, progress)
    let file = QuantizedGraph(
      tensors: network.tensors, nodes: network.nodes, preprocessing: job.preprocessing,
      labels: job.labels, origin: try origin(job, pictures), selftestSeed: options.seed)
    let bytes = try ModelWriter.verifiedBytes(of: file)
    let comparison = NetworkComparison(
      graph: graph, calibration: calibration, pictures: pictures, options: options)
    let layers = try comparison.layers(bytes, network) { progress(.comparison, $0) }
    let report = QuantizationReport(
      activations: options.activations.rawValue, pictures: pictures.count,
      brokenPictures: pictures.broken.map(\.description), layers: layers,
      comparedPictures: min(pictures.count, Self.comparedPictures), fileByteCount: bytes.count)
    return QuantizedStudent(bytes: bytes, report: report)
  }

  private func network(
    _ graph: FusedGraph, _ pictures: CalibrationPictures, _ preprocessing: PreprocessingRecord,
    _ progress: (Stage, Double) -> Void
  ) throws -> (NetworkQuantizer, Calibration) {
    let calibration = try Calibration(
      graph, pictures: pictures,
      input: inputStorage(preprocessing, channels: graph.source.values[graph.input].shape.channels),
      options: options
    ) { progress(.calibration, $0) }
    var network = NetworkQuantizer(
      graph, pictures: pictures, calibration: calibration, options: options)
    try network.run { progress(.rounding, $0) }
    return (network, calibration)
  }

  private func check(_ job: QuantizationJob, _ graph: FusedGraph, _ shape: Shape) throws {
    let channels = job.preprocessing.colourOrder == .grey ? 1 : 3
    guard shape.channels == channels else {
      throw QuantizationError.inputChannels(shape.channels)
    }
    let least = max(shape.height, shape.width)
    let size = job.preprocessing.resizeSize
    guard job.preprocessing.resizeRule == .squash || size >= least else {
      throw QuantizationError.resizeSize(size, needed: least)
    }
    let range = inputRange(job.preprocessing, channels: channels)
    guard (range.upper - range.lower).isFinite else {
      throw QuantizationError.notFinite("its input")
    }
    let output = graph.source.values[graph.output].shape
    guard output.height == 1, output.width == 1 else {
      throw QuantizationError.unsupported(
        node: "the output '\(graph.source.values[graph.output].name)'",
        reason: "it has shape \(output.height)x\(output.width)x\(output.channels); a classifier "
          + "gives one row of scores")
    }
    guard output.channels == job.labels.count else {
      throw QuantizationError.labelCount(labels: job.labels.count, outputs: output.channels)
    }
  }

  /// What the byte values and zero span under the preprocessing.
  private func inputRange(
    _ preprocessing: PreprocessingRecord, channels: Int
  ) -> (lower: Float, upper: Float) {
    let lower = (0..<channels).map { -preprocessing.mean[$0] / preprocessing.deviation[$0] }
    let upper = (0..<channels).map {
      (255 - preprocessing.mean[$0]) / preprocessing.deviation[$0]
    }
    return (lower.reduce(0, min), upper.reduce(0, max))
  }

  /// The finest storage of all byte values under the preprocessing.
  private func inputStorage(
    _ preprocessing: PreprocessingRecord, channels: Int
  ) -> ActivationQuantization {
    let levels = options.input.upper
    let range = inputRange(preprocessing, channels: channels)
    let (scale, zeroPoint) = ActivationQuantization.covering(
      lower: range.lower, upper: range.upper, levels: levels)
    return ActivationQuantization(
      upper: levels, scale: scale, zeroPoint: zeroPoint,
      ratios: [Float](repeating: 1, count: channels))
  }

  private func origin(
    _ job: QuantizationJob, _ pictures: CalibrationPictures
  ) throws -> [(key: String, value: String)] {
    let source = try Data(contentsOf: URL(fileURLWithPath: job.student), options: .mappedIfSafe)
    let entries = [
      ("name", job.name), ("licence", job.licence),
      ("source", URL(fileURLWithPath: job.student).lastPathComponent),
      ("source.sha256", SHA256.hash(data: source).hexadecimal),
      ("calibration.sha256", pictures.digest), ("calibration.pictures", String(pictures.count)),
      ("quantizer", options.summary), ("tool", "swiftlet \(SwiftletVersion.current)"),
    ]
    return entries.filter { !$0.1.isEmpty }.map {
      (key: $0.0, value: NodeQuantizer.printable($0.1))
    }
  }
}

extension QuantizationOptions {
  /// The options that decide about the bytes, in one line.
  var summary: String {
    let method =
      switch rangeMethod {
      case .minMax: "minmax"
      case .percentile(let percentage): "percentile \(percentage)"
      case .meanSquaredError: "mse"
      }
    return [
      "activations \(activations.rawValue)", "input \(input.rawValue)", "ranges \(method)",
      "balance \(balancesChannels ? "on" : "off")",
      "weight search \(searchesWeightScales ? "on" : "off")",
      "bias correction \(correctsBias ? "on" : "off")", "seed \(seed)",
    ].joined(separator: ", ")
  }
}
