// SPDX-License-Identifier: Apache-2.0

/// Walks an ONNX graph in its order and builds the float graph beside it.
struct GraphBuilder {
  let source: String
  private(set) var values: [FloatGraph.Value] = []
  private var nodes: [FloatNode] = []
  private var operands: [String: Operand] = [:]
  private var initializers: [String: Swiftlet_Onnx_Tensor] = [:]

  /// Elements of the largest activation that is accepted.
  static let maximumActivation = 1 << 28
  static let maximumDimension = 65_535

  init(source: String) { self.source = source }

  mutating func build(_ graph: Swiftlet_Onnx_Graph) throws -> FloatGraph {
    for tensor in graph.initializer { initializers[tensor.name] = tensor }
    let input = try addInput(graph)
    for node in graph.node {
      let reader = NodeReader(node: node, source: source)
      guard node.domain.isEmpty || node.domain == "ai.onnx" else {
        throw reader.fail(
          "operators of the domain '\(node.domain)' are not supported; export with standard "
            + "operators")
      }
      try read(reader)
    }
    guard graph.output.count == 1, let name = graph.output.first?.name else {
      throw ImportError(
        source: source,
        message: "the graph has \(graph.output.count) outputs; export the student with one")
    }
    guard case .activation(let output)? = operands[name] else {
      throw ImportError(source: source, message: "no node makes the output '\(name)'")
    }
    return GraphPruning.prune(
      FloatGraph(values: values, nodes: nodes, input: input, output: output.value))
  }

  /// The one graph input that is not an initializer.
  private mutating func addInput(_ graph: Swiftlet_Onnx_Graph) throws -> FloatGraph.ValueID {
    let inputs = graph.input.filter { initializers[$0.name] == nil }
    guard inputs.count == 1, let info = inputs.first else {
      throw ImportError(
        source: source, message: "the graph has \(inputs.count) inputs; export the student with one"
      )
    }
    let dimensions = info.type.tensorType.shape.dim.map { Int($0.dimValue) }
    let isNamed = info.type.tensorType.shape.dim.map { !$0.dimParam.isEmpty }
    guard dimensions.count == 4,
      dimensions[1...].allSatisfy({ (1...Self.maximumDimension).contains($0) })
    else {
      throw ImportError(
        source: source,
        message:
          "the input '\(info.name)' has shape \(dimensions); a picture [1, 3, height, width] "
          + "with fixed sizes is needed")
    }
    guard dimensions[0] == 1 || dimensions[0] == 0 || isNamed[0] else {
      throw ImportError(
        source: source,
        message: "the input '\(info.name)' has batch \(dimensions[0]); export with batch 1")
    }
    let isFirst = [1, 3].contains(dimensions[1]) || ![1, 3].contains(dimensions[3])
    let shape =
      isFirst
      ? Shape(height: dimensions[2], width: dimensions[3], channels: dimensions[1])
      : Shape(height: dimensions[1], width: dimensions[2], channels: dimensions[3])
    guard
      let count = checkedProduct([shape.height, shape.width, shape.channels]),
      count <= Self.maximumActivation
    else {
      throw ImportError(source: source, message: "the input '\(info.name)' is too large")
    }
    values.append(FloatGraph.Value(name: info.name, shape: shape))
    operands[info.name] = .activation(
      Activation(value: 0, shape: shape, form: isFirst ? .channelsFirst : .channelsLast))
    return 0
  }

  // MARK: - Operands

  /// What the input at `index` stands for; nil where it is left out.
  mutating func operand(_ reader: NodeReader, _ index: Int) throws -> Operand? {
    guard index < reader.node.input.count, !reader.node.input[index].isEmpty else { return nil }
    let name = reader.node.input[index]
    if let known = operands[name] { return known }
    guard let tensor = initializers[name] else {
      throw reader.fail("its input '\(name)' is made by no node before it")
    }
    let constant = Operand.constant(try reader.decode(tensor))
    operands[name] = constant
    return constant
  }

  mutating func activation(_ reader: NodeReader, _ index: Int) throws -> Activation {
    switch try operand(reader, index) {
    case .activation(let activation)?: return activation
    case .constant?: throw reader.fail("input \(index) is a constant; an activation is needed")
    case nil: throw reader.fail("input \(index) is missing")
    }
  }

  /// A picture: rank 4, channels first.
  mutating func picture(_ reader: NodeReader, _ index: Int) throws -> Activation {
    let activation = try activation(reader, index)
    guard activation.form == .channelsFirst || (activation.isFlat && activation.isPoint) else {
      throw reader.fail(
        "its input has shape \(activation.dimensions); [1, channels, height, width] is needed")
    }
    return activation
  }

  mutating func constant(_ reader: NodeReader, _ index: Int) throws -> ConstantTensor? {
    switch try operand(reader, index) {
    case .constant(let constant)?: return constant
    case .activation?:
      throw reader.fail(
        "input \(index) is computed by the graph; only a constant is supported there")
    case nil: return nil
    }
  }

  /// Constant floats, all of them finite.
  mutating func weights(_ reader: NodeReader, _ index: Int, _ what: String) throws -> ConstantTensor
  {
    guard let constant = try constant(reader, index) else {
      throw reader.fail("its \(what) are missing")
    }
    guard constant.floats.allSatisfy(\.isFinite) else {
      throw reader.fail(
        "its \(what) '\(reader.node.input[index])' hold NaN or infinity; train or export the "
          + "student again")
    }
    return constant
  }

  func result(_ reader: NodeReader) throws -> String {
    guard let name = reader.node.output.first, !name.isEmpty else {
      throw reader.fail("it has no output")
    }
    return name
  }

  mutating func define(_ reader: NodeReader, _ operand: Operand) throws {
    operands[try result(reader)] = operand
  }

  /// Adds a node that makes an activation of `shape`.
  mutating func append(
    _ reader: NodeReader, _ operation: FloatOperation, inputs: [Activation], shape: Shape,
    form: Activation.Form
  ) throws {
    guard let count = checkedProduct([shape.height, shape.width, shape.channels]),
      (1...Self.maximumActivation).contains(count), shape.channels <= Self.maximumDimension
    else { throw reader.fail("its output would have shape \(shape), which is too large") }
    let value = values.count
    values.append(FloatGraph.Value(name: try result(reader), shape: shape))
    nodes.append(
      FloatNode(
        name: reader.name, operation: operation, inputs: inputs.map(\.value), output: value))
    try define(reader, .activation(Activation(value: value, shape: shape, form: form)))
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
