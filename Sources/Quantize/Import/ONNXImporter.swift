// SPDX-License-Identifier: Apache-2.0
import Foundation
import SwiftProtobuf

/// Reads a float student from an ONNX file, as PyTorch's exporter writes it.
///
/// The file is untrusted: any byte string gives a graph or an `ImportError`.
package enum ONNXImporter {
  /// - Throws: `ImportError`.
  package static func load(path: String) throws -> FloatGraph {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw ImportError(
        source: path,
        message: "cannot be read (\((error as NSError).localizedDescription)); check the path")
    }
    return try load(data: data, sourceName: path)
  }

  /// - Throws: `ImportError`.
  package static func load(bytes: [UInt8], sourceName: String) throws -> FloatGraph {
    try load(data: Data(bytes), sourceName: sourceName)
  }

  private static func load(data: Data, sourceName: String) throws -> FloatGraph {
    guard !data.isEmpty else { throw ImportError(source: sourceName, message: "the file is empty") }
    let model: Swiftlet_Onnx_Model
    do {
      model = try Swiftlet_Onnx_Model(serializedBytes: data)
    } catch {
      throw ImportError(
        source: sourceName,
        message: "this is not an ONNX file, or it is cut short; export the student again")
    }
    guard model.hasGraph, !model.graph.node.isEmpty else {
      throw ImportError(
        source: sourceName, message: "the ONNX file holds no graph; export the student again")
    }
    var builder = GraphBuilder(source: sourceName)
    return try builder.build(model.graph)
  }
}
