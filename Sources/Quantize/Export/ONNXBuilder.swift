// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import SwiftProtobuf

/// Writes an ONNX model node by node, for operator set 17. The same calls give the same bytes.
///
/// Source: the ONNX specification, IR version 8.
package struct ONNXBuilder {
  package enum Attribute {
    case integer(Int)
    case integers([Int])
  }

  static let operatorSet: Int64 = 17
  static let irVersion: Int64 = 8

  private var graph = Swiftlet_Onnx_Graph()

  /// - Parameter name: of the graph; the specification wants one.
  package init(name: String) { graph.name = name.isEmpty ? "student" : name }

  /// Declares an input of floats.
  package mutating func addInput(_ name: String, shape: [Int]) {
    graph.input.append(Self.value(name, shape))
  }

  /// Declares an output of floats.
  package mutating func addOutput(_ name: String, shape: [Int]) {
    graph.output.append(Self.value(name, shape))
  }

  /// Adds a constant of floats and returns its name.
  ///
  /// - Precondition: `values` fill `shape`; a scalar has none.
  package mutating func addConstant(_ name: String, _ values: [Float], shape: [Int]) -> String {
    precondition(checkedProduct(shape) == values.count, "the values fill the shape")
    var tensor = Swiftlet_Onnx_Tensor()
    tensor.name = name
    tensor.dataType = Self.float
    tensor.dims = shape.map { Int64($0) }
    var bytes = Data(capacity: values.count * 4)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    tensor.rawData = bytes
    graph.initializer.append(tensor)
    return name
  }

  /// Adds a node with one output and returns the output's name.
  ///
  /// - Parameters:
  ///   - name: of the node.
  ///   - inputs: names, in the operator's order; an empty one is left out.
  ///   - output: no other value may have this name.
  package mutating func addNode(
    _ operation: String, name: String, _ inputs: [String], output: String,
    _ attributes: [(name: String, value: Attribute)] = []
  ) -> String {
    var node = Swiftlet_Onnx_Node()
    (node.opType, node.name, node.input, node.output) = (operation, name, inputs, [output])
    node.attribute = attributes.map { name, value in
      var attribute = Swiftlet_Onnx_Attribute()
      attribute.name = name
      // AttributeProto.AttributeType: INT is 2, INTS is 7.
      switch value {
      case .integer(let integer): (attribute.type, attribute.i) = (2, Int64(integer))
      case .integers(let integers):
        (attribute.type, attribute.ints) = (7, integers.map { Int64($0) })
      }
      return attribute
    }
    graph.node.append(node)
    return output
  }

  /// The file.
  ///
  /// - Parameter metadata: keys are different.
  /// - Throws: an error of the encoder where the file would be larger than 2 GiB.
  package func bytes(metadata: [(key: String, value: String)] = []) throws -> [UInt8] {
    var model = Swiftlet_Onnx_Model()
    model.irVersion = Self.irVersion
    (model.producerName, model.producerVersion) = ("swiftlet", SwiftletVersion.current)
    model.graph = graph
    var operators = Swiftlet_Onnx_OperatorSet()
    operators.version = Self.operatorSet
    model.opsetImport = [operators]
    model.metadataProps = metadata.map { key, value in
      var entry = Swiftlet_Onnx_StringEntry()
      (entry.key, entry.value) = (key, value)
      return entry
    }
    return try model.serializedBytes()
  }

  /// TensorProto.DataType.FLOAT.
  private static let float: Int32 = 1

  private static func value(_ name: String, _ shape: [Int]) -> Swiftlet_Onnx_ValueInfo {
    var value = Swiftlet_Onnx_ValueInfo()
    value.name = name
    value.type.tensorType.elemType = float
    value.type.tensorType.shape.dim = shape.map { side in
      var dimension = Swiftlet_Onnx_Dimension()
      dimension.dimValue = Int64(side)
      return dimension
    }
    return value
  }
}
