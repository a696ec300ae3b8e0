// SPDX-License-Identifier: Apache-2.0

/// One ONNX node and typed access to its attributes; every failure names the node.
struct NodeReader {
  let node: Swiftlet_Onnx_Node
  let source: String

  /// The operator and the node's name (or that of its first output), for messages.
  var title: String {
    let name = node.name.isEmpty ? node.output.first ?? "" : node.name
    return "\(node.opType) '\(name)'"
  }

  /// The node's name in reports.
  var name: String { node.name.isEmpty ? node.output.first ?? node.opType : node.name }

  func fail(_ message: String) -> ImportError {
    ImportError(source: source, node: title, message: message)
  }

  private func attribute(_ name: String) -> Swiftlet_Onnx_Attribute? {
    node.attribute.first { $0.name == name }
  }

  func has(_ name: String) -> Bool { attribute(name) != nil }

  func integer(_ name: String, default value: Int) -> Int {
    attribute(name).map { Int($0.i) } ?? value
  }

  func float(_ name: String, default value: Float) -> Float {
    attribute(name)?.f ?? value
  }

  func string(_ name: String, default value: String) -> String {
    attribute(name).map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func integers(_ name: String) -> [Int]? { attribute(name)?.ints.map { Int($0) } }

  func tensor(_ name: String) throws -> ConstantTensor? {
    guard let attribute = attribute(name), attribute.hasT else { return nil }
    return try decode(attribute.t)
  }

  func decode(_ tensor: Swiftlet_Onnx_Tensor) throws -> ConstantTensor {
    do {
      return try ConstantTensor(tensor)
    } catch let failure as ConstantTensor.Failure {
      throw fail(failure.message)
    }
  }

  /// Integers within `range`, exactly `count` of them, or the default where the attribute is
  /// absent.
  func integers(
    _ name: String, count: Int, in range: ClosedRange<Int>, default value: Int
  ) throws -> [Int] {
    guard let values = integers(name), !values.isEmpty else {
      return Array(repeating: value, count: count)
    }
    guard values.count == count, values.allSatisfy(range.contains) else {
      throw fail(
        "attribute \(name) = \(values) is not supported (\(count) values in \(range) are)")
    }
    return values
  }

  /// - Throws: unless the attribute is absent or has this value.
  func require(_ name: String, is value: Int, default fallback: Int? = nil) throws {
    let found = integer(name, default: fallback ?? value)
    guard found == value else {
      throw fail("attribute \(name) = \(found) is not supported (only \(value) is)")
    }
  }

  /// The constant of a value node: one of `value`, `value_float(s)`, `value_int(s)`.
  func constantValue() throws -> ConstantTensor {
    if let tensor = try tensor("value") { return tensor }
    for candidate in node.attribute {
      switch candidate.name {
      case "value_float":
        return ConstantTensor(dimensions: [], values: .floats([candidate.f]))
      case "value_floats":
        return ConstantTensor(
          dimensions: [candidate.floats.count], values: .floats(candidate.floats))
      case "value_int":
        return ConstantTensor(dimensions: [], values: .integers([Int(candidate.i)]))
      case "value_ints":
        return ConstantTensor(integers: candidate.ints.map { Int($0) })
      default: break
      }
    }
    let names = node.attribute.map(\.name).joined(separator: ", ")
    throw fail("a constant by attribute '\(names)' is not supported")
  }
}
