// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Quantize
@testable import Training

@Suite("Safetensors files")
struct SafetensorsTests {
  private func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> Data {
    var bytes = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) {
      bytes.append(contentsOf: $0)
    }
    return bytes + Data(header.utf8) + Data(data)
  }

  @Test func whatIsWrittenIsRead() throws {
    var writer = SafetensorsWriter(metadata: ["model": "grüße"])
    writer.add(single: "a", [1, -2.5, .pi], shape: [3])
    writer.add(half: "b", [1, 0.5, -0.25, 65504], shape: [2, 2])
    writer.add(single: "empty", [], shape: [0, 7])
    let read = try Safetensors(Data(try writer.bytes()), name: "x")
    #expect(read.metadata == ["model": "grüße"])
    #expect(try read.floats("a") == [1, -2.5, .pi])
    #expect(try read.floats("b") == [1, 0.5, -0.25, 65504])
    #expect(try read.floats("empty").isEmpty)
    #expect(read.tensors["b"]?.shape == [2, 2])
    #expect(try writer.bytes() == writer.bytes())
  }

  @Test(arguments: [
    "", "{", "[]", "{\"a\":1}", "{\"__metadata__\":{\"k\":1}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F65\",\"shape\":[1],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
  ])
  func damageIsAnError(_ header: String) {
    #expect(throws: SafetensorsError.self) {
      try Safetensors(file(header, data: [1, 2, 3, 4, 5, 6, 7, 8]), name: "x")
    }
  }

  @Test func otherTypesMayStandBesideFloats() throws {
    let header = """
      {"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},\
      "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
      """
    let read = try Safetensors(file(header, data: [1, 2, 3, 4, 0, 0, 0x80, 0x3F]), name: "x")
    #expect(try read.floats("b") == [1] && read.tensors["a"]?.elementCount == 2)
    let error = #expect(throws: SafetensorsError.self) { try read.floats("a") }
    #expect(error?.description == "x: tensor 'a' has the type BF16, not F16 or F32")
  }

  @Test func headersThatAreTooLongAreErrors() {
    for length in [UInt64.max, 1 << 40, 100_000_001, 3] {
      #expect(throws: SafetensorsError.self) {
        try Safetensors(file("{}", length: length), name: "x")
      }
    }
    for count in 0..<8 {
      #expect(throws: SafetensorsError.self) { try Safetensors(Data(count: count), name: "x") }
    }
  }

  @Test func everyCutAndEveryByteGivesAnErrorOrTensors() throws {
    var writer = SafetensorsWriter(metadata: ["k": "v"])
    writer.add(half: "image", [0.5, 0.5, 1, 0], shape: [2, 2])
    let whole = try writer.bytes()
    for count in whole.indices {
      #expect(throws: SafetensorsError.self) { try Safetensors(Data(whole[..<count]), name: "x") }
    }
    for index in whole.indices {
      for value: UInt8 in [0, 0x22, 0x30, 0x39, 0x7F, 0xFF] {
        var bytes = whole
        bytes[index] = value
        if let file = try? Safetensors(Data(bytes), name: "x") {
          for key in file.tensors.keys { _ = try? file.floats(key) }
        }
      }
    }
  }

  @Test func halfFloatsAgreeWithTheirDefinition() {
    #expect(HalfFloat.float(0x3C00) == 1 && HalfFloat.float(0xC000) == -2)
    #expect(HalfFloat.float(0x0001) == 0x1p-24 && HalfFloat.float(0x7BFF) == 65504)
    #expect(HalfFloat.float(0x03FF) == 1023 * 0x1p-24 && HalfFloat.float(0x0400) == 0x1p-14)
    #expect(HalfFloat.float(0x3555) == 0.333251953125)
    #expect(HalfFloat.float(0x7C00) == .infinity && HalfFloat.float(0x7E00).isNaN)
    for bits in UInt16.min...UInt16.max where bits & 0x7C00 != 0x7C00 {
      #expect(HalfFloat.bits(HalfFloat.float(bits)) == bits)
    }
    // Halfway between two: to the even one. Too large: infinite. Too small: zero.
    #expect(HalfFloat.bits(1 + 0x1p-11) == 0x3C00 && HalfFloat.bits(1 + 3 * 0x1p-11) == 0x3C02)
    #expect(HalfFloat.bits(65519) == 0x7BFF && HalfFloat.bits(65520) == 0x7C00)
    #expect(HalfFloat.bits(0x1p-25) == 0 && HalfFloat.bits(0x1.8p-25) == 1)
    #expect(HalfFloat.bits(-.infinity) == 0xFC00 && HalfFloat.bits(.nan) == 0x7E00)
  }
}
