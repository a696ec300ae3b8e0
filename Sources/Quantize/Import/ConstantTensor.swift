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

  init(dimensions: [Int], values: Values) {
    self.dimensions = dimensions
    self.values = values
  }

  init(integers: [Int]) {
    self.init(dimensions: [integers.count], values: .integers(integers))
  }

  /// Decodes a tensor of the file. The element count is that of the payload, so a lying shape costs
  /// no memory.
  /// - Throws: `Failure` with what is wrong with it.
  init(_ tensor: Swiftlet_Onnx_Tensor) throws {
    guard tensor.dataLocation == 0, tensor.externalData.isEmpty else {
      throw Failure(
        "the weights '\(tensor.name)' lie in another file; export the student as one file "
          + "(torch.onnx.export(..., external_data=False))")
    }
    let payload = try Self.payload(tensor)
    var expected = 1
    for dimension in tensor.dims {
      let (product, overflow) = expected.multipliedReportingOverflow(by: Int(dimension))
      guard dimension >= 0, !overflow else {
        throw Failure("the constant '\(tensor.name)' has an impossible shape")
      }
      expected = product
    }
    self.init(dimensions: tensor.dims.map { Int($0) }, values: payload)
    guard expected == count else {
      throw Failure(
        "the constant '\(tensor.name)' should have \(expected) elements and has \(count)")
    }
  }

  struct Failure: Error {
    let message: String
    init(_ message: String) { self.message = message }
  }

  // Element types of the ONNX specification, TensorProto.DataType.
  private static func payload(_ tensor: Swiftlet_Onnx_Tensor) throws -> Values {
    let raw = tensor.rawData
    switch tensor.dataType {
    case 1:
      return .floats(
        raw.isEmpty
          ? tensor.floatData
          : try elements(raw, UInt32.self, tensor.name).map { Float(bitPattern: $0) })
    case 10:
      let bits =
        raw.isEmpty
        ? tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
        : try elements(raw, UInt16.self, tensor.name)
      return .floats(bits.map(float16))
    case 11:
      return .floats(
        raw.isEmpty
          ? tensor.doubleData.map { Float($0) }
          : try elements(raw, UInt64.self, tensor.name).map { Float(Double(bitPattern: $0)) })
    case 7:
      return .integers(
        raw.isEmpty
          ? tensor.int64Data.map { Int($0) }
          : try elements(raw, Int64.self, tensor.name).map { Int($0) })
    case 6:
      return .integers(
        raw.isEmpty
          ? tensor.int32Data.map { Int($0) }
          : try elements(raw, Int32.self, tensor.name).map { Int($0) })
    case 2, 9:
      return .integers(
        raw.isEmpty ? tensor.int32Data.map { Int($0) } : raw.map { Int($0) })
    case 3:
      return .integers(
        raw.isEmpty
          ? tensor.int32Data.map { Int($0) } : raw.map { Int(Int8(bitPattern: $0)) })
    default:
      throw Failure(
        "the constant '\(tensor.name)' has element type \(tensor.dataType), which is not "
          + "supported; export the student in float32")
    }
  }

  private static func elements<T: FixedWidthInteger>(
    _ raw: Data, _ type: T.Type, _ name: String
  ) throws -> [T] {
    let size = MemoryLayout<T>.size
    guard raw.count % size == 0 else {
      throw Failure("the constant '\(name)' is cut short")
    }
    return raw.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: T.self))
      }
    }
  }

  /// IEEE 754 binary16; Swift has no Float16 on x86 Linux.
  private static func float16(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction / 1024)
        * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }
}
