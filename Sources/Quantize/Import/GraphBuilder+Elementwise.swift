// SPDX-License-Identifier: Apache-2.0
import Foundation

extension GraphBuilder {
  mutating func readRelu(_ reader: NodeReader) throws {
    try append(reader, .clamp(lower: 0, upper: .infinity), to: try activation(reader, 0))
  }

  /// The bounds are attributes up to operator set 10 and inputs from 11; each may be left out.
  mutating func readClip(_ reader: NodeReader) throws {
    let input = try activation(reader, 0)
    let lower = try bound(reader, 1, "min", default: -.infinity)
    let upper = try bound(reader, 2, "max", default: .infinity)
    guard lower <= upper else {
      throw reader.failure("its bounds \(lower) and \(upper) leave nothing between them")
    }
    try append(reader, .clamp(lower: lower, upper: upper), to: input)
  }

  private mutating func bound(
    _ reader: NodeReader, _ index: Int, _ name: String, default value: Float
  ) throws -> Float {
    var bound = try reader.float(name, default: value)
    if let constant = try constant(reader, index) {
      guard constant.count == 1 else {
        throw reader.failure("its \(name) has \(constant.count) elements; one is supported")
      }
      bound = constant.floats[0]
    }
    // Exporters write "no bound" as the largest number of a type.
    if bound >= Float.greatestFiniteMagnitude { bound = .infinity }
    if bound <= -Float.greatestFiniteMagnitude { bound = -.infinity }
    guard !bound.isNaN else { throw reader.failure("its \(name) is not a number") }
    return bound
  }

  // MARK: - Arithmetic

  /// Add, Sub, Mul and Div: of two activations (Add alone), or of one and a constant per channel.
  mutating func readArithmetic(_ reader: NodeReader) throws {
    guard let first = try operand(reader, 0), let second = try operand(reader, 1) else {
      throw reader.failure("an input is missing", advice: "export again")
    }
    switch (first, second) {
    case (.activation(let lhs), .activation(let rhs)):
      guard reader.node.opType == "Add" else {
        throw reader.failure(
          "it combines two activations; only a constant is supported",
          advice: "take a student without attention and squeeze-and-excitation")
      }
      guard lhs.shape == rhs.shape, lhs.axes == rhs.axes else {
        throw reader.failure(
          "its inputs have shapes \(lhs.dimensions.brief) and \(rhs.dimensions.brief); only equal "
            + "ones in one layout are supported")
      }
      try append(reader, .add, inputs: [lhs, rhs], shape: lhs.shape, axes: lhs.axes)
    case (.activation(let input), .constant(let constant)):
      try appendScaleShift(reader, input, constant, isConstantFirst: false)
    case (.constant(let constant), .activation(let input)):
      try appendScaleShift(reader, input, constant, isConstantFirst: true)
    case (.constant, .constant):
      throw reader.failure(
        "both its inputs are constants",
        advice: "compute them before the export, or export with do_constant_folding=True")
    }
  }

  private mutating func appendScaleShift(
    _ reader: NodeReader, _ input: Activation, _ constant: ConstantTensor, isConstantFirst: Bool
  ) throws {
    try spend(2 * input.shape.channels, reader)
    guard let vector = input.perChannel(constant) else {
      throw reader.failure(
        "a constant of shape \(constant.dimensions.brief) with an activation of shape "
          + "\(input.dimensions.brief) is not supported (one value, or one a channel, is)")
    }
    try checkFinite(vector, reader, "its constants")
    let zeros = [Float](repeating: 0, count: vector.count)
    let ones = [Float](repeating: 1, count: vector.count)
    var (scale, shift) = (ones, zeros)
    switch (reader.node.opType, isConstantFirst) {
    case ("Add", _): shift = vector
    case ("Mul", _): scale = vector
    case ("Sub", false): shift = vector.map { -$0 }
    case ("Sub", true): (scale, shift) = (ones.map { -$0 }, vector)
    case (_, false):
      scale = vector.map { 1 / $0 }
      try checkFinite(scale, reader, "the inverses of its constants")
    case (_, true): throw reader.failure("it divides by an activation")
    }
    try append(reader, .scaleShift(scale: scale, shift: shift), to: input)
  }

  /// Of a constant, as a logit scale that was trained as its logarithm.
  mutating func readExponential(_ reader: NodeReader) throws {
    guard let constant = try constant(reader, 0) else {
      throw reader.failure("input 0 is missing", advice: "export again")
    }
    let floats = constant.floats.map { Float(Foundation.exp(Double($0))) }
    try checkFinite(floats, reader, "the exponentials of its constants")
    try spend(floats.count, reader)
    try define(
      reader, .constant(ConstantTensor(dimensions: constant.dimensions, values: .floats(floats))))
  }

  // MARK: - Nothing to compute

  /// An operand under another name.
  mutating func readIdentity(_ reader: NodeReader) throws {
    guard let operand = try operand(reader, 0) else {
      throw reader.failure("input 0 is missing", advice: "export again")
    }
    try define(reader, operand)
  }

  mutating func readDropout(_ reader: NodeReader) throws {
    if let mode = try constant(reader, 2), mode.floats.contains(where: { $0 != 0 }) {
      throw reader.failure(
        "it is in training mode", advice: "export the student in evaluation mode (model.eval())")
    }
    try readIdentity(reader)
  }

  /// Between float types nothing changes: the float graph computes in binary32.
  mutating func readCast(_ reader: NodeReader) throws {
    let type = try reader.integer("to", default: 0)
    let (floatTypes, integerTypes) = ([1, 10, 11, 16], [6, 7])
    switch try operand(reader, 0) {
    case .activation(let input)? where floatTypes.contains(type):
      try define(reader, .activation(input))
    case .constant(let constant)? where constant.isFloat && floatTypes.contains(type):
      try define(reader, .constant(constant))
    case .constant(let constant)? where !constant.isFloat && integerTypes.contains(type):
      try define(reader, .constant(constant))
    default: throw reader.failure("\(type) is not supported for its input", attribute: "to")
    }
  }

  /// The type of an activation, or of another constant of floats.
  mutating func readCastLike(_ reader: NodeReader) throws {
    guard let operand = try operand(reader, 0), let like = try self.operand(reader, 1) else {
      throw reader.failure("an input is missing", advice: "export again")
    }
    guard operand.isFloat, like.isFloat else {
      throw reader.failure("only a cast from floats to floats is supported")
    }
    try define(reader, operand)
  }
}
