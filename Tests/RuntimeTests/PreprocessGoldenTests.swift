// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Runtime

/// One line of Tests/Golden/resize.txt, which tools/make_golden_resize.py made with Pillow.
private struct GoldenResize: CustomTestStringConvertible, Sendable {
  let record: PreprocessingRecord
  let width: Int
  let height: Int
  let format: PixelFormat
  let outputWidth: Int
  let outputHeight: Int
  let picture: String
  let result: String
  let testDescription: String

  init?(line: Substring) {
    let words = line.split(separator: " ").map(String.init)
    let formats: [String: PixelFormat] = [
      "rgb": .rgb, "bgr": .bgr, "rgba": .rgba, "bgra": .bgra, "grey": .grey,
    ]
    let orders: [String: PreprocessingRecord.ColourOrder] = [
      "rgb": .rgb, "bgr": .bgr, "grey": .grey,
    ]
    guard words.count == 10, let size = Int(words[1]), let width = Int(words[2]),
      let height = Int(words[3]), let format = formats[words[4]], let order = orders[words[5]],
      let outputWidth = Int(words[6]), let outputHeight = Int(words[7])
    else { return nil }
    record = PreprocessingRecord(
      resizeRule: words[0] == "crop" ? .centreCrop : .squash, resizeSize: size, colourOrder: order,
      mean: [0, 0, 0], deviation: [1, 1, 1])
    self.width = width
    self.height = height
    self.format = format
    self.outputWidth = outputWidth
    self.outputHeight = outputHeight
    picture = words[8]
    result = words[9]
    testDescription = words.dropLast().joined(separator: " ")
  }

  /// The generated picture: `=value` everywhere, or the bytes of a linear congruential generator.
  var pixels: [UInt8] {
    let count = width * height * format.byteCount
    if picture.hasPrefix("=") {
      return [UInt8](repeating: UInt8(picture.dropFirst()) ?? 0, count: count)
    }
    var state = UInt64(picture) ?? 0
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }

  static func load() -> [GoldenResize] {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/resize.txt")
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap(GoldenResize.init)
  }
}

@Suite("Preprocessing against Pillow")
struct PreprocessGoldenTests {
  @Test("the golden file is there and every line is understood")
  func goldenFileIsComplete() {
    #expect(GoldenResize.load().count == 34)
  }

  @Test("equals Pillow bit for bit", arguments: GoldenResize.load())
  fileprivate func equalsPillow(_ golden: GoldenResize) throws {
    let channels = golden.record.colourOrder == .grey ? 1 : 3
    var preprocessor = Preprocessor(
      record: golden.record, height: golden.outputHeight, width: golden.outputWidth,
      channels: channels)
    let output = try prepare(
      &preprocessor, golden.pixels, width: golden.width, height: golden.height,
      format: golden.format)
    if golden.result.hasPrefix("fnv:") {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in output { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      #expect("fnv:" + String(format: "%016lx", hash) == golden.result)
    } else {
      #expect(output.map { String(format: "%02x", $0) }.joined() == golden.result)
    }
  }
}

/// Runs a preprocessor on pixels without padding between rows, unless told.
func prepare(
  _ preprocessor: inout Preprocessor, _ pixels: [UInt8], width: Int, height: Int,
  format: PixelFormat, bytesPerRow: Int? = nil
) throws -> [UInt8] {
  var output = [UInt8](repeating: 0xA5, count: preprocessor.outputByteCount)
  let stride = bytesPerRow ?? width * format.byteCount
  try output.withUnsafeMutableBufferPointer { buffer in
    let base = try #require(buffer.baseAddress)
    try preprocessor.run(
      pixels: pixels.span.bytes, width: width, height: height, bytesPerRow: stride, format: format,
      into: base)
  }
  return output
}
