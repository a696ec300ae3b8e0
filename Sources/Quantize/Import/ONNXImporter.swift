// SPDX-License-Identifier: Apache-2.0
import Foundation
import SwiftProtobuf

/// Reads a float student from an ONNX file, as PyTorch's exporter writes it.
///
/// The file is untrusted: any byte string gives a graph or an `ImportError`, in memory of a few
/// times the file.
package enum ONNXImporter {
  /// The versions of the standard operator set that the importer knows.
  static let operatorSets = 7...26
  /// A protocol buffer cannot be larger.
  static let maximumByteCount = Int(Int32.max)

  /// The float graph of the file at `path`.
  ///
  /// - Parameter dropsUnitNorm: whether a division by the Euclidean norm at its end is left out.
  /// - Throws: `ImportError`.
  package static func load(path: String, dropsUnitNorm: Bool = false) throws -> FloatGraph {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ImportError(
        source: path, problem: "cannot be read (\((error as NSError).localizedDescription))",
        advice: "check the path and its permissions")
    }
    return try load(data: data, sourceName: path, dropsUnitNorm: dropsUnitNorm)
  }

  /// The float graph of an ONNX file in memory; `sourceName` is what errors call it.
  /// - Throws: `ImportError`.
  package static func load(
    bytes: [UInt8], sourceName: String, dropsUnitNorm: Bool = false
  ) throws -> FloatGraph {
    try load(data: Data(bytes), sourceName: sourceName, dropsUnitNorm: dropsUnitNorm)
  }

  private static func load(
    data: Data, sourceName: String, dropsUnitNorm: Bool
  ) throws -> FloatGraph {
    let again = "export the student again with torch.onnx.export"
    guard !data.isEmpty else {
      throw ImportError(source: sourceName, problem: "the file is empty", advice: again)
    }
    guard data.count <= maximumByteCount else {
      throw ImportError(
        source: sourceName, problem: "the file is larger than 2 GiB", advice: "take a smaller one")
    }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let model: Swiftlet_Onnx_Model
    do {
      model = try Swiftlet_Onnx_Model(serializedBytes: data, options: options)
    } catch {
      throw ImportError(
        source: sourceName, problem: "this is not an ONNX file, or it is cut short", advice: again)
    }
    guard model.hasGraph, !model.graph.node.isEmpty else {
      throw ImportError(
        source: sourceName, problem: "this is not an ONNX file: it holds no graph", advice: again)
    }
    let version = try operatorSet(of: model, sourceName)
    var builder = GraphBuilder(
      source: sourceName, operatorSet: version, budget: data.count + (1 << 24))
    return try builder.build(dropsUnitNorm ? UnitNorm.dropped(from: model.graph) : model.graph)
  }

  /// The version of the standard operators that the file uses.
  private static func operatorSet(of model: Swiftlet_Onnx_Model, _ source: String) throws -> Int {
    let standard = model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }
    let version = Int(standard?.version ?? 0)
    guard operatorSets.contains(version) else {
      let (first, last) = (operatorSets.lowerBound, operatorSets.upperBound)
      throw ImportError(
        source: source,
        problem: "the file uses version \(version) of the ONNX operators; \(first) to \(last) are "
          + "supported",
        advice: "export the student again with opset_version=17")
    }
    return version
  }
}
