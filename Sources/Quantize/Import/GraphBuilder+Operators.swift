// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  static let supported = [
    "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "Div",
    "Dropout", "Flatten", "Gather", "Gemm", "GlobalAveragePool", "Identity", "MatMul", "MaxPool",
    "Mul", "Pad", "ReduceMean", "Relu", "Reshape", "Shape", "Squeeze", "Sub", "Transpose",
    "Unsqueeze",
  ]

  /// Reads one node.
  mutating func read(_ reader: NodeReader) throws {
    switch reader.node.opType {
    case "Constant": try define(reader, .constant(reader.constantValue()))
    case "Identity", "Dropout": try readAlias(reader)
    case "Conv": try readConvolution(reader)
    case "BatchNormalization": try readBatchNormalization(reader)
    case "Relu": try clamp(reader, lower: 0, upper: .infinity)
    case "Clip": try readClip(reader)
    case "Add", "Sub", "Mul", "Div": try readArithmetic(reader)
    case "GlobalAveragePool": try readGlobalAveragePool(reader)
    case "ReduceMean": try readReduceMean(reader)
    case "AveragePool", "MaxPool": try readPool(reader)
    case "Gemm": try readGemm(reader)
    case "MatMul": try readMatMul(reader)
    case "Pad": try readPad(reader)
    case "Flatten": try readFlatten(reader)
    case "Reshape": try readReshape(reader)
    case "Squeeze", "Unsqueeze": try readSqueeze(reader)
    case "Transpose": try readTranspose(reader)
    case "Shape", "Gather", "Concat": try readShapeArithmetic(reader)
    default:
      let attributes = reader.node.attribute.map(\.name).joined(separator: ", ")
      throw reader.fail(
        "the operator \(reader.node.opType) is not supported"
          + (attributes.isEmpty ? "" : " (attributes: \(attributes))")
          + "; supported are \(Self.supported.joined(separator: ", "))")
    }
  }

  private mutating func readAlias(_ reader: NodeReader) throws {
    guard let operand = try operand(reader, 0) else { throw reader.fail("input 0 is missing") }
    if reader.node.opType == "Dropout", reader.node.input.count > 2,
      let training = try constant(reader, 2), training.floats.first ?? 0 != 0
    {
      throw reader.fail("it is in training mode; export the student with model.eval()")
    }
    try define(reader, operand)
  }

  private mutating func clamp(_ reader: NodeReader, lower: Float, upper: Float) throws {
    let input = try activation(reader, 0)
    try append(
      reader, .clamp(lower: lower, upper: upper), inputs: [input], shape: input.shape,
      form: input.form)
  }

  private mutating func readClip(_ reader: NodeReader) throws {
    let lower =
      try constant(reader, 1)?.floats.first
      ?? reader.float("min", default: -.infinity)
    let upper =
      try constant(reader, 2)?.floats.first
      ?? reader.float("max", default: .infinity)
    guard lower <= upper else { throw reader.fail("min = \(lower) exceeds max = \(upper)") }
    try clamp(reader, lower: lower, upper: upper)
  }

  private mutating func readBatchNormalization(_ reader: NodeReader) throws {
    try reader.require("training_mode", is: 0)
    let input = try activation(reader, 0)
    let scale = try weights(reader, 1, "scales").floats
    let bias = try weights(reader, 2, "biases").floats
    let mean = try weights(reader, 3, "means").floats
    let variance = try weights(reader, 4, "variances").floats
    let epsilon = reader.float("epsilon", default: 1e-5)
    let channels = input.shape.channels
    guard input.channelAxis == 1,
      [scale, bias, mean, variance].allSatisfy({ $0.count == channels })
    else { throw reader.fail("its parameters do not match the \(channels) channels of its input") }
    // In double precision: the quotient is the only step that loses digits.
    let factors = (0..<channels).map { channel in
      Double(scale[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
    }
    let shifts = (0..<channels).map { channel in
      Float(Double(bias[channel]) - Double(mean[channel]) * factors[channel])
    }
    guard factors.allSatisfy(\.isFinite) else {
      throw reader.fail("a variance is not positive; train or export the student again")
    }
    try append(
      reader, .scaleShift(scale: factors.map { Float($0) }, shift: shifts), inputs: [input],
      shape: input.shape, form: input.form)
  }

  // MARK: - Arithmetic

  private mutating func readArithmetic(_ reader: NodeReader) throws {
    guard let left = try operand(reader, 0), let right = try operand(reader, 1) else {
      throw reader.fail("it needs two inputs")
    }
    switch (left, right) {
    case (.activation(let first), .activation(let second)):
      guard reader.node.opType == "Add" else {
        throw reader.fail("\(reader.node.opType) of two activations is not supported (Add is)")
      }
      guard first.shape == second.shape, first.form == second.form else {
        throw reader.fail(
          "the shapes \(first.dimensions) and \(second.dimensions) differ; broadcasting is not "
            + "supported")
      }
      try append(reader, .add, inputs: [first, second], shape: first.shape, form: first.form)
    case (.activation(let input), .constant(let constant)):
      try scaleShift(reader, input, constant, isConstantFirst: false)
    case (.constant(let constant), .activation(let input)):
      try scaleShift(reader, input, constant, isConstantFirst: true)
    case (.constant, .constant):
      throw reader.fail("two constants; fold constants when exporting")
    }
  }

  /// An activation and a constant per channel.
  private mutating func scaleShift(
    _ reader: NodeReader, _ input: Activation, _ constant: ConstantTensor, isConstantFirst: Bool
  ) throws {
    let channels = input.shape.channels
    guard let vector = perChannel(constant, input) else {
      throw reader.fail(
        "a constant of shape \(constant.dimensions) with an activation of shape "
          + "\(input.dimensions) is not supported (one value, or one a channel, is)")
    }
    guard vector.allSatisfy(\.isFinite) else { throw reader.fail("its constant holds NaN") }
    let (ones, zeros) = (
      [Float](repeating: 1, count: channels), [Float](repeating: 0, count: channels)
    )
    let operation: FloatOperation
    switch reader.node.opType {
    case "Add": operation = .scaleShift(scale: ones, shift: vector)
    case "Mul": operation = .scaleShift(scale: vector, shift: zeros)
    case "Sub":
      operation =
        isConstantFirst
        ? .scaleShift(scale: ones.map { -$0 }, shift: vector)
        : .scaleShift(scale: ones, shift: vector.map { -$0 })
    default:
      guard !isConstantFirst, vector.allSatisfy({ $0 != 0 }) else {
        throw reader.fail("division by an activation or by zero is not supported")
      }
      operation = .scaleShift(scale: vector.map { 1 / $0 }, shift: zeros)
    }
    try append(reader, operation, inputs: [input], shape: input.shape, form: input.form)
  }

  /// The constant as one value a channel; nil unless it broadcasts that way.
  private func perChannel(_ constant: ConstantTensor, _ input: Activation) -> [Float]? {
    let channels = input.shape.channels
    let floats = constant.floats
    if floats.count == 1 { return Array(repeating: floats[0], count: channels) }
    guard let axis = input.channelAxis, floats.count == channels else { return nil }
    let rank = input.dimensions.count
    // Aligned at the end, as broadcasting does.
    let padded =
      Array(repeating: 1, count: max(0, rank - constant.dimensions.count)) + constant.dimensions
    guard padded.count == rank, padded[axis] == channels else { return nil }
    return floats
  }

  // MARK: - Shapes

  private mutating func readFlatten(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let rank = input.dimensions.count
    let axis = reader.integer("axis", default: 1)
    guard (-rank...rank).contains(axis) else { throw reader.fail("axis \(axis) is out of range") }
    let leading = input.dimensions[..<(axis < 0 ? axis + rank : axis)]
    guard leading.reduce(1, *) == 1 else {
      throw reader.fail("axis = \(axis) of shape \(input.dimensions) is not supported (1 is)")
    }
    try define(reader, .activation(input.flattened))
  }

  private mutating func readReshape(_ reader: NodeReader) throws {
    guard case .activation(let input)? = try operand(reader, 0) else {
      // Constants may be reshaped on their way to a node.
      guard case .constant(var constant)? = try operand(reader, 0),
        let shape = try self.constant(reader, 1)?.integers
      else { throw reader.fail("its shape is not a constant") }
      constant.dimensions = try resolve(reader, shape, constant.dimensions, constant.count)
      try define(reader, .constant(constant))
      return
    }
    guard let requested = try constant(reader, 1)?.integers ?? reader.integers("shape") else {
      throw reader.fail("its shape is not a constant")
    }
    let shape = try resolve(reader, requested, input.dimensions, input.shape.count)
    try define(reader, .activation(try reshape(reader, input, to: shape)))
  }

  /// Replaces the 0 and -1 of a Reshape by what they mean.
  private func resolve(
    _ reader: NodeReader, _ requested: [Int], _ old: [Int], _ count: Int
  ) throws -> [Int] {
    var shape = requested
    for axis in shape.indices where shape[axis] == 0 && axis < old.count { shape[axis] = old[axis] }
    let known = checkedProduct(shape.filter { $0 != -1 }) ?? 0
    if let free = shape.firstIndex(of: -1), known > 0 { shape[free] = count / known }
    guard checkedProduct(shape) == count else {
      throw reader.fail("a shape of \(old) cannot become \(requested)")
    }
    return shape
  }

  private func reshape(_ reader: NodeReader, _ input: Activation, to shape: [Int]) throws
    -> Activation
  {
    if shape == input.dimensions { return input }
    if shape.count == 2, shape[0] == 1 { return input.flattened }
    if shape.count == 4, shape[0] == 1, input.isPoint, shape[1] == input.shape.channels {
      var copy = input
      copy.form = .channelsFirst
      return copy
    }
    throw reader.fail(
      "a reshape of \(input.dimensions) to \(shape) is not supported (flattening is)")
  }

  private mutating func readSqueeze(_ reader: NodeReader) throws {
    let isSqueeze = reader.node.opType == "Squeeze"
    let axes = try constant(reader, 1)?.integers ?? reader.integers("axes") ?? []
    switch try operand(reader, 0) {
    case .constant(var constant)?:
      constant.dimensions = isSqueeze && constant.count == 1 ? [] : [constant.count]
      try define(reader, .constant(constant))
    case .activation(let input)? where input.isPoint:
      // Between [1, C, 1, 1] and [1, C] nothing moves.
      let rank = input.dimensions.count
      let normal = Set(axes.map { $0 < 0 ? $0 + (isSqueeze ? rank : rank + axes.count) : $0 })
      guard normal == [2, 3], isSqueeze ? input.form == .channelsFirst : input.isFlat else {
        throw reader.fail(
          "axes \(axes) of shape \(input.dimensions) are not supported ([2, 3] are)")
      }
      var copy = input
      copy.form = isSqueeze ? .flat : .channelsFirst
      try define(reader, .activation(copy))
    case .activation(let input)?:
      throw reader.fail("it is not supported on shape \(input.dimensions)")
    case nil: throw reader.fail("input 0 is missing")
    }
  }

  private mutating func readTranspose(_ reader: NodeReader) throws {
    guard let permutation = reader.integers("perm") else {
      throw reader.fail("it has no attribute perm")
    }
    if case .constant(let constant)? = try operand(reader, 0) {
      guard constant.dimensions.count == 2, permutation == [1, 0] else {
        throw reader.fail("a constant can only be transposed from rank 2")
      }
      let (rows, columns) = (constant.dimensions[0], constant.dimensions[1])
      let floats = constant.floats
      let turned = (0..<floats.count).map { floats[$0 % rows * columns + $0 / rows] }
      try define(
        reader,
        .constant(ConstantTensor(dimensions: [columns, rows], values: .floats(turned))))
      return
    }
    var input = try activation(reader, 0)
    switch (input.form, permutation) {
    case (_, Array(0..<input.dimensions.count)): break
    case (.channelsFirst, [0, 2, 3, 1]): input.form = .channelsLast
    case (.channelsLast, [0, 3, 1, 2]): input.form = .channelsFirst
    default:
      throw reader.fail(
        "perm = \(permutation) of shape \(input.dimensions) is not supported; only changes between "
          + "channels first and channels last can be folded")
    }
    try define(reader, .activation(input))
  }

  /// The integer arithmetic that exporters leave behind a `view` or `flatten`.
  private mutating func readShapeArithmetic(_ reader: NodeReader) throws {
    switch reader.node.opType {
    case "Shape":
      try reader.require("start", is: 0)
      let dimensions: [Int]
      switch try operand(reader, 0) {
      case .activation(let input)?: dimensions = input.dimensions
      case .constant(let constant)?: dimensions = constant.dimensions
      case nil: throw reader.fail("input 0 is missing")
      }
      try define(reader, .constant(ConstantTensor(integers: dimensions)))
    case "Gather":
      guard let data = try constant(reader, 0)?.integers,
        let indices = try constant(reader, 1), let places = indices.integers,
        reader.integer("axis", default: 0) == 0
      else { throw reader.fail("only a part of a shape can be gathered") }
      let gathered = try places.map { place in
        let index = place < 0 ? place + data.count : place
        guard data.indices.contains(index) else { throw reader.fail("index out of range") }
        return data[index]
      }
      try define(
        reader,
        .constant(ConstantTensor(dimensions: indices.dimensions, values: .integers(gathered))))
    default:
      var joined: [Int] = []
      for index in reader.node.input.indices {
        guard case .constant(let part)? = try operand(reader, index), let integers = part.integers
        else { throw reader.fail("Concat of activations is not supported") }
        joined += integers
      }
      try define(reader, .constant(ConstantTensor(integers: joined)))
    }
  }
}
