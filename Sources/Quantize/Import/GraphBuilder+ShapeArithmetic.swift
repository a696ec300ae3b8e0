// SPDX-License-Identifier: Apache-2.0

/// Arithmetic on shapes and other small constants that exporters leave behind.
extension GraphBuilder {
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

  /// A constant of one value, zero where none is given.
  mutating func readConstantOfShape(_ reader: NodeReader) throws {
    guard let shape = try constant(reader, 0)?.integers, shape.count <= Self.maximumRank,
      let count = checkedProduct(shape), count > 0
    else { throw reader.failure("its shape is no short list of positive integers") }
    let value =
      try reader.tensor("value") ?? ConstantTensor(dimensions: [1], values: .floats([0]))
    guard value.count == 1 else {
      throw reader.failure("holds \(value.count) elements", attribute: "value")
    }
    try spend(count, reader)
    var result = value
    result.dimensions = shape
    switch value.values {
    case .floats(let floats): result.values = .floats(Array(repeating: floats[0], count: count))
    case .integers(let integers):
      result.values = .integers(Array(repeating: integers[0], count: count))
    }
    try define(reader, .constant(result))
  }

  /// Part of a constant. Starts, ends, axes and steps are inputs, in old files attributes.
  mutating func readSlice(_ reader: NodeReader) throws {
    guard let data = try constant(reader, 0) else {
      throw reader.failure("only a constant can be sliced", advice: "take a student without slices")
    }
    func list(_ index: Int, _ name: String) throws -> [Int]? {
      try constant(reader, index)?.integers ?? reader.integers(name)
    }
    let starts = try list(1, "starts") ?? []
    let ends = try list(2, "ends") ?? []
    let axes = try list(3, "axes") ?? Array(starts.indices)
    let steps = try constant(reader, 4)?.integers ?? starts.map { _ in 1 }
    let rank = data.dimensions.count
    let places = axes.prefix(rank).map { $0 < 0 ? $0 + rank : $0 }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count,
      Set(places).count == starts.count, !steps.contains(0)
    else { throw reader.failure("its starts, ends, axes and steps do not go together") }
    var kept = data.dimensions.map { Array(0..<$0) }
    for (index, axis) in places.enumerated() {
      guard kept.indices.contains(axis) else {
        throw reader.failure("axis \(axes[index]) is out of range", advice: "export again")
      }
      kept[axis] = Self.slice(
        data.dimensions[axis], start: starts[index], end: ends[index], step: steps[index])
      guard !kept[axis].isEmpty else {
        throw reader.failure("leaves nothing of axis \(axis)", advice: "export again")
      }
    }
    try spend(data.count, reader)
    try define(reader, .constant(data.selected(kept.indices.map { ($0, kept[$0]) })))
  }

  /// The places that a slice of an axis takes, in its order (ONNX, Slice).
  private static func slice(_ count: Int, start: Int, end: Int, step: Int) -> [Int] {
    func clamped(_ place: Int, _ range: ClosedRange<Int>) -> Int {
      let absolute = place < 0 ? place.addingReportingOverflow(count).partialValue : place
      return min(max(absolute, range.lowerBound), range.upperBound)
    }
    let range = step > 0 ? 0...count : -1...(count - 1)
    let pace = min(max(step, -count - 1), count + 1)
    return Array(stride(from: clamped(start, range), to: clamped(end, range), by: pace))
  }
}
