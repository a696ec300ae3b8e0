// SPDX-License-Identifier: Apache-2.0

/// Operators that move nothing in the float graph: they change how ONNX sees an activation, or
/// compute such a shape.
extension GraphBuilder {
  mutating func readFlatten(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let dimensions = input.dimensions
    let given = try reader.integer("axis", default: 1)
    let axis = given < 0 ? given + dimensions.count : given
    guard (0...dimensions.count).contains(axis) else {
      throw reader.failure(
        "\(given) is out of range for shape \(dimensions.brief)", attribute: "axis")
    }
    let parts = [dimensions[..<axis], dimensions[axis...]].map { $0.reduce(1, *) }
    try defineReshaped(reader, input, parts)
  }

  /// The shape is an input, and an attribute in the oldest files.
  mutating func readReshape(_ reader: NodeReader) throws {
    let given = try constant(reader, 1)?.integers
    guard let requested = try given ?? reader.integers("shape"),
      requested.count <= Self.maximumRank
    else {
      throw reader.failure("its shape is no short list of integers", attribute: "shape")
    }
    let copiesZeros = try reader.integer("allowzero", default: 0) == 0
    switch try operand(reader, 0) {
    case .activation(let input)?:
      let shape = try resolve(reader, requested, input.dimensions, copiesZeros)
      try defineReshaped(reader, input, shape)
    case .constant(var constant)?:
      constant.dimensions = try resolve(reader, requested, constant.dimensions, copiesZeros)
      try define(reader, .constant(constant))
    case nil: throw reader.failure("input 0 is missing", advice: "export again")
    }
  }

  /// Replaces the 0 and -1 of a Reshape by what they mean.
  private func resolve(
    _ reader: NodeReader, _ requested: [Int], _ old: [Int], _ copiesZeros: Bool
  ) throws -> [Int] {
    var shape = requested
    if copiesZeros {
      for axis in shape.indices where shape[axis] == 0 && axis < old.count {
        shape[axis] = old[axis]
      }
    }
    let count = old.reduce(1, *)
    if let free = shape.firstIndex(of: -1) {
      let known = checkedProduct(shape.enumerated().filter { $0.offset != free }.map(\.element))
      if let known, known > 0 { shape[free] = count / known }
    }
    guard shape.allSatisfy({ $0 > 0 }), checkedProduct(shape) == count else {
      throw reader.failure(
        "a tensor of shape \(old.brief) cannot become \(requested.brief)",
        advice: "export the student with batch 1 and a fixed picture size")
    }
    return shape
  }

  private mutating func defineReshaped(
    _ reader: NodeReader, _ input: Activation, _ dimensions: [Int]
  ) throws {
    guard let result = input.reshaped(to: dimensions) else {
      throw reader.failure(
        "from shape \(input.dimensions.brief) to \(dimensions.brief) is not supported: it cuts an "
          + "axis into parts")
    }
    try define(reader, .activation(result))
  }

  /// Leaves out axes of length 1.
  mutating func readSqueeze(_ reader: NodeReader) throws {
    let given = try constant(reader, 1)?.integers
    let axes = try given ?? reader.integers("axes")
    try changeRank(reader) { dimensions in
      let all = dimensions.indices.filter { dimensions[$0] == 1 }
      let places = Set((axes ?? all).map { $0 < 0 ? $0 + dimensions.count : $0 })
      guard places.isSubset(of: all) else { return nil }
      return dimensions.indices.filter { !places.contains($0) }.map { dimensions[$0] }
    }
  }

  /// Puts axes of length 1 in.
  mutating func readUnsqueeze(_ reader: NodeReader) throws {
    let given = try constant(reader, 1)?.integers
    guard let axes = try given ?? reader.integers("axes"), axes.count <= Self.maximumRank else {
      throw reader.failure("is no short list of integers", attribute: "axes")
    }
    try changeRank(reader) { dimensions in
      let rank = dimensions.count + axes.count
      let places = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
      guard places.count == axes.count, rank <= Self.maximumRank,
        places.allSatisfy((0..<rank).contains)
      else { return nil }
      var rest = dimensions[...]
      return (0..<rank).map { places.contains($0) ? 1 : rest.popFirst() ?? 1 }
    }
  }

  /// Gives the node's input the dimensions that `change` makes of its own.
  private mutating func changeRank(
    _ reader: NodeReader, _ change: ([Int]) -> [Int]?
  ) throws {
    guard let operand = try operand(reader, 0) else {
      throw reader.failure("input 0 is missing", advice: "export again")
    }
    let old =
      switch operand {
      case .activation(let input): input.dimensions
      case .constant(let constant): constant.dimensions
      }
    guard let dimensions = change(old) else {
      throw reader.failure("does not fit shape \(old.brief)", attribute: "axes")
    }
    switch operand {
    case .activation(let input): try defineReshaped(reader, input, dimensions)
    case .constant(var constant):
      constant.dimensions = dimensions
      try define(reader, .constant(constant))
    }
  }

  mutating func readTranspose(_ reader: NodeReader) throws {
    guard let operand = try operand(reader, 0) else {
      throw reader.failure("input 0 is missing", advice: "export again")
    }
    let rank =
      switch operand {
      case .activation(let input): input.axes.count
      case .constant(let constant): constant.dimensions.count
      }
    let permutation = try reader.integers("perm") ?? (0..<rank).reversed()
    guard permutation.sorted() == Array(0..<rank) else {
      throw reader.failure(
        "\(permutation.brief) is no order of \(rank) axes", attribute: "perm",
        advice: "export again"
      )
    }
    switch operand {
    case .activation(var input):
      input.axes = permutation.map { input.axes[$0] }
      try define(reader, .activation(input))
    case .constant(let constant):
      try spend(constant.count, reader)
      try define(reader, .constant(constant.transposed(permutation)))
    }
  }

  // MARK: - Shape arithmetic

  mutating func readShape(_ reader: NodeReader) throws {
    let dimensions: [Int]
    if let tensor = reader.node.input.first.flatMap({ initializer($0) }) {
      dimensions = tensor.dims.prefix(Self.maximumRank).map { Int($0) }
    } else {
      switch try operand(reader, 0) {
      case .activation(let input)?: dimensions = input.dimensions
      case .constant(let constant)?: dimensions = constant.dimensions
      case nil: throw reader.failure("input 0 is missing", advice: "export again")
      }
    }
    let rank = dimensions.count
    let ends = [
      try reader.integer("start", default: 0), try reader.integer("end", default: rank),
    ].map { min(max($0 < 0 ? $0 + rank : $0, 0), rank) }
    let part = dimensions[min(ends[0], ends[1])..<ends[1]]
    try define(reader, .constant(ConstantTensor(integers: Array(part))))
  }

  /// Elements of a shape.
  mutating func readGather(_ reader: NodeReader) throws {
    try reader.require("axis", is: 0)
    guard let data = try constant(reader, 0)?.integers,
      let indices = try constant(reader, 1), let places = indices.integers,
      places.count <= Self.maximumRank
    else { throw reader.failure("only elements of a shape can be gathered") }
    let gathered = try places.map { place in
      let index = place < 0 ? place + data.count : place
      guard data.indices.contains(index) else {
        throw reader.failure("index \(place) is out of range", advice: "export again")
      }
      return data[index]
    }
    try define(
      reader,
      .constant(ConstantTensor(dimensions: indices.dimensions, values: .integers(gathered))))
  }

  /// A shape from its elements.
  mutating func readConcat(_ reader: NodeReader) throws {
    var joined: [Int] = []
    for index in reader.node.input.indices {
      guard case .constant(let part)? = try operand(reader, index), let integers = part.integers,
        joined.count + integers.count <= Self.maximumRank
      else {
        throw reader.failure(
          "only the elements of a shape can be joined; joining activations is not supported",
          advice: "take a student without concatenated branches")
      }
      joined += integers
    }
    try define(reader, .constant(ConstantTensor(integers: joined)))
  }

  /// A constant whose one element is repeated, or whose shape stays as it is.
  mutating func readExpand(_ reader: NodeReader) throws {
    guard var constant = try constant(reader, 0), constant.count > 0,
      let shape = try self.constant(reader, 1)?.integers, shape.count <= Self.maximumRank,
      let dimensions = Self.broadcast(constant.dimensions, shape),
      let count = checkedProduct(dimensions)
    else { throw reader.failure("only a constant can be expanded, and to a known shape") }
    if count != constant.count {
      guard constant.count == 1, constant.isFloat else {
        throw reader.failure(
          "from shape \(constant.dimensions.brief) to \(shape.brief) is not supported")
      }
      try spend(count, reader)
      constant.values = .floats(Array(repeating: constant.floats[0], count: count))
    }
    constant.dimensions = dimensions
    try define(reader, .constant(constant))
  }

  /// The shape that both broadcast to; nil where they do not fit.
  private static func broadcast(_ lhs: [Int], _ rhs: [Int]) -> [Int]? {
    let rank = max(lhs.count, rhs.count)
    let sides = [lhs, rhs].map { Array(repeating: 1, count: rank - $0.count) + $0 }
    var result: [Int] = []
    for (left, right) in zip(sides[0], sides[1]) {
      guard left > 0, right > 0, left == right || left == 1 || right == 1 else { return nil }
      result.append(max(left, right))
    }
    return result
  }
}
