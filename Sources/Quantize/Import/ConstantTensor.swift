// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A constant of an ONNX graph, decoded.
struct ConstantTensor {
  enum Values {
    case floats([Float])
    case integers([Int])
  }

  var dimensions: [Int]
  var values: Values

  var count: Int {
    switch values {
    case .floats(let floats): floats.count
    case .integers(let integers): integers.count
    }
  }

  /// The elements as floats, whatever their type.
  var floats: [Float] {
    switch values {
    case .floats(let floats): floats
    case .integers(let integers): integers.map { Float($0) }
    }
  }

  /// The elements as integers; nil for a float constant.
  var integers: [Int]? {
    if case .integers(let integers) = values { return integers }
    return nil
  }

  var isFloat: Bool {
    if case .floats = values { return true }
    return false
  }

  /// The same elements with their axes in another order; `permutation` is one of all axes.
  func transposed(_ permutation: [Int]) -> ConstantTensor {
    selected(permutation.map { (axis: $0, places: Array(0..<dimensions[$0])) })
  }

  /// The elements at the given places of each axis; an axis a dimension, each axis once.
  func selected(_ axes: [(axis: Int, places: [Int])]) -> ConstantTensor {
    var strides = [Int](repeating: 1, count: dimensions.count)
    for axis in dimensions.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    var offsets = [0]
    for (axis, places) in axes {
      offsets = offsets.flatMap { offset in places.map { offset + $0 * strides[axis] } }
    }
    let shape = axes.map(\.places.count)
    switch values {
    case .floats(let floats):
      return ConstantTensor(dimensions: shape, values: .floats(offsets.map { floats[$0] }))
    case .integers(let integers):
      return ConstantTensor(dimensions: shape, values: .integers(offsets.map { integers[$0] }))
    }
  }

  init(dimensions: [Int], values: Values) {
    self.dimensions = dimensions
    self.values = values
  }

  init(integers: [Int]) {
    self.init(dimensions: [integers.count], values: .integers(integers))
  }

  /// Decodes a tensor of the file; `reader` is the node that uses it. The element count is that of
  /// the payload, so a lying shape costs no memory.
  init(_ tensor: Swiftlet_Onnx_Tensor, _ reader: NodeReader) throws {
    let what = "the constant '\(tensor.name)'"
    guard tensor.dataLocation == 0, tensor.externalData.isEmpty else {
      throw reader.failure(
        "\(what) lies in another file",
        advice: "export the student as one file (torch.onnx.export with external_data=False, or "
          + "onnx.save with save_as_external_data=False)")
    }
    guard tensor.dims.count <= GraphBuilder.maximumRank else {
      throw reader.failure("\(what) has \(tensor.dims.count) dimensions")
    }
    let dimensions = tensor.dims.map { Int($0) }
    guard dimensions.count < 2 || !dimensions.contains(0) else {
      throw reader.failure("\(what) of shape \(dimensions.brief) is empty", advice: "export again")
    }
    guard let payload = Self.payload(tensor) else {
      throw reader.failure(
        "\(what) has element type \(tensor.dataType), which is not supported, or is cut short",
        advice: "export the student in float32")
    }
    self.init(dimensions: dimensions, values: payload)
    guard checkedProduct(dimensions) == count else {
      throw reader.failure(
        "\(what) of shape \(dimensions.brief) holds \(count) elements", advice: "export again")
    }
  }

  /// The elements; nil for a type that is not supported or a payload that is no whole number of
  /// elements. Types are those of the ONNX specification, TensorProto.DataType.
  private static func payload(_ tensor: Swiftlet_Onnx_Tensor) -> Values? {
    let raw = tensor.rawData
    let isRaw = !raw.isEmpty
    switch tensor.dataType {
    case 1:
      if !isRaw { return .floats(tensor.floatData) }
      return elements(raw, UInt32.self).map { .floats($0.map { Float(bitPattern: $0) }) }
    case 10:
      if !isRaw {
        return .floats(tensor.int32Data.map { HalfFloat.float(UInt16(truncatingIfNeeded: $0)) })
      }
      return elements(raw, UInt16.self).map { .floats($0.map(HalfFloat.float)) }
    case 11:
      if !isRaw { return .floats(tensor.doubleData.map { Float($0) }) }
      return elements(raw, UInt64.self).map { .floats($0.map { Float(Double(bitPattern: $0)) }) }
    case 7:
      if !isRaw { return .integers(tensor.int64Data.map { Int($0) }) }
      return elements(raw, Int64.self).map { .integers($0.map { Int($0) }) }
    case 6:
      if !isRaw { return .integers(tensor.int32Data.map { Int($0) }) }
      return elements(raw, Int32.self).map { .integers($0.map { Int($0) }) }
    case 2, 9:
      return .integers(isRaw ? raw.map { Int($0) } : tensor.int32Data.map { Int($0) })
    case 3:
      return .integers(
        isRaw ? raw.map { Int(Int8(bitPattern: $0)) } : tensor.int32Data.map { Int($0) })
    case 16:
      if !isRaw {
        return .floats(tensor.int32Data.map { bfloat16(UInt16(truncatingIfNeeded: $0)) })
      }
      return elements(raw, UInt16.self).map { .floats($0.map(bfloat16)) }
    default: return nil
    }
  }

  private static func elements<T: FixedWidthInteger>(_ raw: Data, _ type: T.Type) -> [T]? {
    let size = MemoryLayout<T>.size
    guard raw.count % size == 0 else { return nil }
    return raw.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: T.self))
      }
    }
  }

  /// The upper half of a binary32.
  private static func bfloat16(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
