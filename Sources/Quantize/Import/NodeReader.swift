// SPDX-License-Identifier: Apache-2.0

/// One ONNX node and typed access to its attributes; every failure names the node.
struct NodeReader {
  let node: Swiftlet_Onnx_Node
  let source: String

  /// The node's name in reports: its own, or that of its first output.
  var name: String { node.name.isEmpty ? node.output.first ?? "" : node.name }

  func failure(
    _ problem: String, attribute: String? = nil,
    advice: String = "change this layer of the student, or how it is exported"
  ) -> ImportError {
    ImportError(
      source: source, operatorName: node.opType, node: name, attribute: attribute,
      problem: problem, advice: advice)
  }

  // MARK: - Attributes

  /// The kinds of ONNX attributes that are read, AttributeProto.AttributeType.
  private enum Kind: Int32 {
    case float = 1
    case integer = 2
    case string = 3
    case tensor = 4
    case floats = 6
    case integers = 7
  }

  private func attribute(_ name: String, _ kind: Kind) throws -> Swiftlet_Onnx_Attribute? {
    guard let found = node.attribute.first(where: { $0.name == name }) else { return nil }
    guard found.type == kind.rawValue || found.type == 0 else {
      throw failure("is not of the type \(kind)", attribute: name, advice: "export again")
    }
    return found
  }

  /// - Throws: where the node has an attribute that is not among `known`.
  func checkAttributes(_ known: Set<String>) throws {
    for attribute in node.attribute where !known.contains(attribute.name) {
      throw failure("is not supported", attribute: attribute.name)
    }
  }

  func integer(_ name: String, default value: Int) throws -> Int {
    try attribute(name, .integer).map { Int($0.i) } ?? value
  }

  func float(_ name: String, default value: Float) throws -> Float {
    try attribute(name, .float)?.f ?? value
  }

  func string(_ name: String, default value: String) throws -> String {
    try attribute(name, .string).map { String(decoding: $0.s, as: UTF8.self) } ?? value
  }

  func integers(_ name: String) throws -> [Int]? {
    try attribute(name, .integers)?.ints.map { Int($0) }
  }

  /// Exactly `count` integers within `range`; `value` that often where the attribute is absent.
  func integers(
    _ name: String, count: Int, in range: ClosedRange<Int>, default value: Int
  ) throws -> [Int] {
    guard let values = try integers(name), !values.isEmpty else {
      return Array(repeating: value, count: count)
    }
    guard values.count == count, values.allSatisfy(range.contains) else {
      throw failure(
        "\(values.brief) is not supported (\(count) values in \(range.lowerBound) to "
          + "\(range.upperBound) are)", attribute: name)
    }
    return values
  }

  /// - Throws: unless the attribute is absent or has this value.
  func require(_ name: String, is value: Int, advice: String? = nil) throws {
    let found = try integer(name, default: value)
    guard found == value else {
      throw failure(
        "\(found) is not supported (only \(value) is)", attribute: name,
        advice: advice ?? "change this layer of the student, or how it is exported")
    }
  }

  /// A tensor attribute; nil where the node has none of that name.
  func tensor(_ name: String) throws -> ConstantTensor? {
    try attribute(name, .tensor).map { try ConstantTensor($0.t, self) }
  }

  /// The value of a Constant node.
  func constantValue() throws -> ConstantTensor {
    if let tensor = try tensor("value") { return tensor }
    if let float = try attribute("value_float", .float) {
      return ConstantTensor(dimensions: [], values: .floats([float.f]))
    }
    if let floats = try attribute("value_floats", .floats)?.floats {
      return ConstantTensor(dimensions: [floats.count], values: .floats(floats))
    }
    if let integer = try attribute("value_int", .integer) {
      return ConstantTensor(dimensions: [], values: .integers([Int(integer.i)]))
    }
    if let integers = try integers("value_ints") { return ConstantTensor(integers: integers) }
    throw failure("it has no value of a supported kind (floats or integers)")
  }
}
