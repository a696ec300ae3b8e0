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
}
