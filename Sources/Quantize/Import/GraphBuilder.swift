// SPDX-License-Identifier: Apache-2.0

/// Walks an ONNX graph in its order and builds the float graph beside it.
struct GraphBuilder {
  let source: String
  let operatorSet: Int
  private(set) var values: [FloatGraph.Value] = []
  private var nodes: [FloatNode] = []
  private var operands: [String: Operand] = [:]
  private var initializers: [String: Swiftlet_Onnx_Tensor] = [:]
  /// Parameters that may still be decoded. A hostile file could use one tensor in many nodes.
  private var budget: Int

  /// Elements of the largest activation that is accepted.
  static let maximumActivation = 1 << 28
  /// The largest height, width, number of channels, stride and so on that the model file holds.
  static let maximumDimension = 65_535
  static let maximumRank = 8

  init(source: String, operatorSet: Int, budget: Int) {
    self.source = source
    self.operatorSet = operatorSet
    self.budget = budget
  }

  mutating func build(_ graph: Swiftlet_Onnx_Graph) throws -> FloatGraph {
    guard graph.sparseInitializer.isEmpty else {
      throw ImportError(
        source: source, problem: "the file holds sparse weights", advice: "export them dense")
    }
    for tensor in graph.initializer { initializers[tensor.name] = tensor }
    try checkOperators(graph)
    let input = try readInput(graph)
    values.append(FloatGraph.Value(name: input.name, shape: input.activation.shape))
    operands[input.name] = .activation(input.activation)
    for node in graph.node {
      let reader = NodeReader(node: node, source: source)
      guard let entry = OperatorTable.entries[node.opType] else { continue }
      try reader.checkAttributes(entry.attributes)
      try entry.read(&self, reader)
    }
    let output = try readOutput(graph)
    return GraphPruning.prune(
      FloatGraph(values: values, nodes: nodes, input: input.activation.value, output: output))
  }

  func initializer(_ name: String) -> Swiftlet_Onnx_Tensor? { initializers[name] }

  func operand(named name: String) -> Operand? { operands[name] }

  // MARK: - Operands

  /// What the input at `index` stands for; nil where it is left out.
  mutating func operand(_ reader: NodeReader, _ index: Int) throws -> Operand? {
    guard index < reader.node.input.count, !reader.node.input[index].isEmpty else { return nil }
    let name = reader.node.input[index]
    if let known = operands[name] { return known }
    guard let tensor = initializers[name] else {
      throw reader.failure(
        "its input '\(name)' is made by no node before it", advice: "export the student again")
    }
    let constant = try ConstantTensor(tensor, reader)
    try spend(constant.count, reader)
    return .constant(constant)
  }

  /// The input at `index`, which must be there and computed by the graph.
  mutating func activation(_ reader: NodeReader, _ index: Int) throws -> Activation {
    switch try operand(reader, index) {
    case .activation(let activation)?: return activation
    case .constant?:
      throw reader.failure(
        "its input '\(reader.node.input[index])' is a constant; only what depends on the picture "
          + "is supported there",
        advice: "export the student with do_constant_folding=True")
    case nil: throw reader.failure("input \(index) is missing", advice: "export again")
    }
  }

  /// As `activation`, of shape `[1, channels, height, width]`.
  mutating func picture(_ reader: NodeReader, _ index: Int) throws -> Activation {
    let activation = try activation(reader, index)
    guard activation.isPicture else {
      throw reader.failure(
        "its input has shape \(activation.dimensions.brief); only [1, channels, height, width] "
          + "is supported")
    }
    return activation
  }

  /// The constant at `index`; nil where it is left out.
  mutating func constant(_ reader: NodeReader, _ index: Int) throws -> ConstantTensor? {
    switch try operand(reader, index) {
    case .constant(let constant)?: return constant
    case .activation?:
      throw reader.failure(
        "its input '\(reader.node.input[index])' is computed by the graph; only a constant is "
          + "supported there")
    case nil: return nil
    }
  }

  /// The constant at `index`, which must be there and finite.
  mutating func parameters(
    _ reader: NodeReader, _ index: Int, _ what: String
  ) throws -> ConstantTensor {
    guard let constant = try constant(reader, index) else {
      throw reader.failure("its \(what) are missing", advice: "export again")
    }
    try checkFinite(constant.floats, reader, "its \(what) '\(reader.node.input[index])'")
    return constant
  }

  func checkFinite(_ floats: [Float], _ reader: NodeReader, _ what: String) throws {
    guard floats.allSatisfy(\.isFinite) else {
      throw reader.failure(
        "\(what) hold NaN or infinity", advice: "train the student again, or export it again")
    }
  }

  /// Counts parameters that are about to be held.
  mutating func spend(_ count: Int, _ reader: NodeReader) throws {
    guard count <= budget else {
      throw reader.failure(
        "the parameters would take far more memory than the file",
        advice: "export the student without sharing tensors among so many nodes")
    }
    budget -= count
  }

  // MARK: - Results

  /// Lets the node's output stand for `operand`.
  mutating func define(_ reader: NodeReader, _ operand: Operand) throws {
    guard let name = reader.node.output.first, !name.isEmpty else {
      throw reader.failure("it has no output", advice: "export again")
    }
    guard operands[name] == nil, initializers[name] == nil else {
      throw reader.failure("its output '\(name)' is defined twice", advice: "export again")
    }
    operands[name] = operand
  }

  /// Adds a node that makes an activation of `shape`, seen through `axes`.
  mutating func append(
    _ reader: NodeReader, _ operation: FloatOperation, inputs: [Activation], shape: Shape,
    axes: [[PixelAxis]]
  ) throws {
    guard Self.isAccepted(shape) else {
      throw reader.failure(
        "its output of height \(shape.height), width \(shape.width) and \(shape.channels) channels "
          + "is too large", advice: "take a smaller input or fewer channels")
    }
    let value = values.count
    values.append(FloatGraph.Value(name: reader.node.output.first ?? "", shape: shape))
    nodes.append(
      FloatNode(
        name: reader.name, operation: operation, inputs: inputs.map(\.value), output: value))
    try define(reader, .activation(Activation(value: value, shape: shape, axes: axes)))
  }

  /// As `append` for an operation that keeps shape and axes.
  mutating func append(
    _ reader: NodeReader, _ operation: FloatOperation, to input: Activation
  ) throws {
    try append(reader, operation, inputs: [input], shape: input.shape, axes: input.axes)
  }

  static func isAccepted(_ shape: Shape) -> Bool {
    let sides = [shape.height, shape.width, shape.channels]
    guard sides.allSatisfy((1...maximumDimension).contains) else { return false }
    return checkedProduct(sides).map { $0 <= maximumActivation } ?? false
  }
}

/// The product, or nil where it overflows or a factor is negative.
func checkedProduct(_ factors: [Int]) -> Int? {
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    guard factor >= 0, !overflow else { return nil }
    product = next
  }
  return product
}
