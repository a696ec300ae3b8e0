// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime

@testable import Quantize

/// A student quantized on the golden pictures, in its parts.
struct StudentRun {
  static let pictures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
      "Golden/pictures"
    ).path

  let graph: FusedGraph
  let pictures: CalibrationPictures
  let network: NetworkQuantizer
  let calibration: Calibration
  let bytes: [UInt8]

  static func preprocessing(_ graph: FloatGraph) -> PreprocessingRecord {
    let shape = graph.values[graph.input].shape
    return PreprocessingRecord(
      resizeRule: .centreCrop, resizeSize: max(shape.height, shape.width) + 2,
      colourOrder: shape.channels == 1 ? .grey : .rgb, mean: [124, 116, 104],
      deviation: [58, 57, 57.5])
  }

  static func job(_ graph: FloatGraph, folder: String = pictures) -> QuantizationJob {
    let count = graph.values[graph.output].shape.channels
    return QuantizationJob(
      student: "student.onnx", calibration: folder, labels: (0..<count).map { "class \($0)" },
      preprocessing: preprocessing(graph))
  }

  init(_ source: FloatGraph, options: QuantizationOptions = QuantizationOptions()) throws {
    graph = FusedGraph(GraphOptimizer.optimize(source))
    let preprocessing = Self.preprocessing(source)
    pictures = try CalibrationPictures.load(
      folder: Self.pictures, preprocessing: preprocessing, shape: source.values[source.input].shape,
      options: options
    ) { _ in }
    (network, calibration) = try Quantizer(options: options).network(
      graph, pictures, preprocessing
    ) { _, _ in }
    bytes = try ModelWriter.verifiedBytes(
      of: QuantizedGraph(
        tensors: network.tensors, nodes: network.nodes, preprocessing: preprocessing,
        labels: Self.job(source).labels, origin: [], selftestSeed: 1))
  }

  func input(_ picture: Int) -> [UInt8] {
    calibration.activations[graph.input].map { pictures.quantized(picture, $0) } ?? []
  }

  /// The outputs of all nodes by the equations, floats as their bytes.
  func predicted(_ picture: Int) -> [[UInt8]] {
    var tensors: [Int: [UInt8]] = [0: input(picture)]
    return network.nodes.map { node in
      let executor = LayerExecutor(node: node, tensors: network.tensors)
      let result = executor.run(
        tensors[node.record.input] ?? [], tensors[node.record.secondInput] ?? [])
      switch result {
      case .bytes(let bytes):
        tensors[node.record.output] = bytes
        return bytes
      case .floats(let floats): return floats.withUnsafeBytes { Array($0) }
      }
    }
  }

  /// The output as real numbers.
  func real(_ output: [UInt8]) -> [Float] {
    let tensor = network.tensors[network.nodes[network.nodes.count - 1].record.output]
    if tensor.elementType == .float32 {
      return output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    return output.map { tensor.scale * Float(Int($0) - tensor.zeroPoint) }
  }
}
