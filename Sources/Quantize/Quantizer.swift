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
  /// One label an output, in their order; of `classes`, or of the class embeddings in the student's
  /// file, where there are any.
  public var labels: [String]
  /// The classes of a student that ends in an embedding: a unit norm at its end is left out, the
  /// runtime computes it. Nil for those that the student's file holds, if any.
  public var classes: ClassSet?
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

  /// As above, for a student that ends in an embedding as wide as the classes' rows.
  public init(
    student: String, calibration: String, classes: ClassSet, preprocessing: PreprocessingRecord
  ) {
    self.init(
      student: student, calibration: calibration, labels: classes.labels,
      preprocessing: preprocessing)
    self.classes = classes
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
    let student = try ONNXImporter.student(path: job.student)
    let job = try job.completed(by: student)
    let file = try Data(contentsOf: URL(fileURLWithPath: job.student), options: .mappedIfSafe)
    return try quantize(
      student.graph, job, sourceDigest: SHA256.hash(data: file).hexadecimal, progress: progress)
  }

  /// As above, for a graph that is in memory already.
  package func quantize(
    _ source: FloatGraph, _ job: QuantizationJob, sourceDigest: String = "",
    progress: (Stage, Double) -> Void = { _, _ in }
  ) throws -> QuantizedStudent {
    let graph = FusedGraph(GraphOptimizer.optimize(source))
    let shape = graph.source.values[graph.input].shape
    try check(job, graph, shape)
    var limited = options
    limited.maximumPictures = options.pictureLimit(byteCount: graph.pictureByteCount)
    let pictures = try CalibrationPictures.load(
      folder: job.calibration, preprocessing: job.preprocessing, shape: shape, options: limited
    ) { progress(.pictures, $0) }
    let (network, calibration) = try network(graph, pictures, job.preprocessing, progress)
    let file = QuantizedGraph(
      tensors: network.tensors, nodes: network.nodes, preprocessing: job.preprocessing,
      labels: job.labels, origin: origin(job, pictures, sourceDigest), selftestSeed: options.seed,
      classes: job.classes)
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

  /// Calibrates, then quantizes node by node.
  func network(
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

  /// What the byte values and zero span under the preprocessing.
  func inputRange(
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
}
