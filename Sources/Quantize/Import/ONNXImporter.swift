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

  /// The float graph of the file at `path`, up to the output of the ONNX graph.
  /// - Throws: `ImportError`.
  package static func load(path: String) throws -> FloatGraph {
    try load(data: data(of: path), sourceName: path)
  }

  /// The float graph of an ONNX file in memory; `sourceName` is what errors call it.
  /// - Throws: `ImportError`.
  package static func load(bytes: [UInt8], sourceName: String) throws -> FloatGraph {
    try load(data: Data(bytes), sourceName: sourceName)
  }

  private static func load(data: Data, sourceName: String) throws -> FloatGraph {
    let model = try model(data, sourceName)
    var builder = try builder(model, data, sourceName)
    return try builder.build(model.graph)
  }

  /// The student of the file at `path`: its network up to the embedding where there is one, its
  /// classes, and what the file says of it.
  /// - Throws: `ImportError`.
  package static func student(path: String) throws -> ImportedStudent {
    try student(data: data(of: path), sourceName: path)
  }

  /// As above, of an ONNX file in memory; `sourceName` is what errors call it.
  /// - Throws: `ImportError`.
  package static func student(bytes: [UInt8], sourceName: String) throws -> ImportedStudent {
    try student(data: Data(bytes), sourceName: sourceName)
  }

  private static func student(data: Data, sourceName: String) throws -> ImportedStudent {
    let model = try model(data, sourceName)
    var builder = try builder(model, data, sourceName)
    let metadata = StudentMetadata(
      model.metadataProps.map { ($0.key, $0.value) }, source: sourceName)
    let links = GraphLinks(model.graph)
    guard let tail = EmbeddingTail(links) else {
      return try ImportedStudent(
        graph: try builder.build(model.graph), ending: .linear, classes: nil, metadata: metadata)
    }
    let graph = try builder.build(tail.head(of: links))
    let classes = try builder.readClasses(tail, output: graph.values[graph.output].shape)
    return try ImportedStudent(
      graph: graph, ending: classes == nil ? .embedding : .classes, classes: classes,
      metadata: metadata)
  }

  private static func data(of path: String) throws -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ImportError(
        source: path, problem: "cannot be read (\((error as NSError).localizedDescription))",
        advice: "check the path and its permissions")
    }
  }

  private static func model(_ data: Data, _ sourceName: String) throws -> Swiftlet_Onnx_Model {
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
    return model
  }

  private static func builder(
    _ model: Swiftlet_Onnx_Model, _ data: Data, _ sourceName: String
  ) throws -> GraphBuilder {
    GraphBuilder(
      source: sourceName, operatorSet: try operatorSet(of: model, sourceName),
      budget: data.count + (1 << 24))
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
