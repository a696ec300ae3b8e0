// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Runtime

@Suite("Preprocessing")
struct PreprocessTests {
  private let squash = PreprocessingRecord(
    resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [127, 120, 110],
    deviation: [128, 60, 58])

  private func tensor(_ height: Int, _ width: Int, channels: Int = 3) -> TensorRecord {
    TensorRecord(
      height: height, width: width, channels: channels, elementType: .uint8, upper: 127,
      scale: 0.021, zeroPoint: 57)
  }

  private func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
  }

  @Test("the quantization table follows its equation, channel by channel")
  func tableFollowsEquation() throws {
    var preprocessor = Preprocessor(record: squash, input: tensor(1, 256))
    let pixels = (0..<256).flatMap { [UInt8($0), UInt8($0), UInt8($0)] }
    let output = try prepare(&preprocessor, pixels, width: 256, height: 1, format: .rgb)
    for byte in 0..<256 {
      for channel in 0..<3 {
        let real =
          (Double(byte) - Double(squash.mean[channel])) / Double(squash.deviation[channel])
        let steps = (real / Double(Float(0.021))).rounded(.toNearestOrEven)
        #expect(Int(output[byte * 3 + channel]) == Int(min(max(steps + 57, 0), 127)))
        #expect(preprocessor.real(UInt8(byte), channel: channel) == Float(real))
      }
    }
  }

  @Test("a tiny scale saturates the table and traps nowhere")
  func tinyScaleSaturates() throws {
    var input = tensor(1, 2)
    input.scale = .leastNonzeroMagnitude
    var preprocessor = Preprocessor(record: squash, input: input)
    let output = try prepare(
      &preprocessor, [0, 0, 0, 255, 255, 255], width: 2, height: 1, format: .rgb)
    #expect(output == [0, 0, 0, 127, 127, 127])
  }

  @Test("the same pixels give the same bytes in every format", arguments: [false, true])
  func formatsAgree(crops: Bool) throws {
    var record = squash
    if crops { (record.resizeRule, record.resizeSize) = (.centreCrop, 11) }
    let width = 23
    let height = 17
    let rgb = pattern(width * height * 3)
    var preprocessor = Preprocessor(record: record, input: tensor(9, 9))
    let expected = try prepare(&preprocessor, rgb, width: width, height: height, format: .rgb)
    for format in [PixelFormat.bgr, .rgba, .bgra] {
      var pixels: [UInt8] = []
      for i in 0..<width * height {
        let pixel = rgb[i * 3..<i * 3 + 3]
        pixels += format == .rgba ? Array(pixel) : pixel.reversed()
        if format.byteCount == 4 { pixels.append(UInt8(truncatingIfNeeded: i)) }
      }
      let output = try prepare(&preprocessor, pixels, width: width, height: height, format: format)
      #expect(output == expected)
    }
  }

  @Test("bytes between rows change nothing")
  func rowPaddingIsSkipped() throws {
    var preprocessor = Preprocessor(record: squash, input: tensor(5, 5))
    let rows = pattern(6 * 8 * 3)
    let expected = try prepare(&preprocessor, rows, width: 8, height: 6, format: .rgb)
    var padded: [UInt8] = []
    for y in 0..<6 { padded += rows[y * 24..<y * 24 + 24] + [0xFF, 0xFE, 0xFD] }
    // The last row needs no padding behind it.
    padded.removeLast(3)
    let output = try prepare(
      &preprocessor, padded, width: 8, height: 6, format: .rgb, bytesPerRow: 27)
    #expect(output == expected)
  }

  @Test("one preprocessor takes pictures of changing sizes and formats")
  func sizesChange() throws {
    var shared = Preprocessor(record: squash, input: tensor(7, 7))
    for (width, height, format) in [
      (40, 30, PixelFormat.rgb), (3, 2, .rgb), (40, 30, .grey), (1, 500, .bgra), (500, 1, .grey),
      (40, 30, .rgb),
    ] {
      var fresh = Preprocessor(record: squash, input: tensor(7, 7))
      let pixels = pattern(width * height * format.byteCount)
      let expected = try prepare(&fresh, pixels, width: width, height: height, format: format)
      let output = try prepare(&shared, pixels, width: width, height: height, format: format)
      #expect(output == expected)
    }
  }

  @Test("a crop out of the longest, thinnest pictures stays in bounds")
  func extremeAspects() throws {
    var record = squash
    (record.resizeRule, record.resizeSize) = (.centreCrop, 65_535)
    let grey = [UInt8](repeating: 200, count: Preprocessor.maximumSide)
    for (width, height) in [(Preprocessor.maximumSide, 1), (1, Preprocessor.maximumSide)] {
      var preprocessor = Preprocessor(record: record, height: 5, width: 5, channels: 3)
      let output = try prepare(&preprocessor, grey, width: width, height: height, format: .grey)
      #expect(output == [UInt8](repeating: 200, count: 75))
    }
  }

  @Test(
    "sizes that do not go together are refused",
    arguments: [
      (0, 1, 3), (1, 0, 3), (-1, 1, 3), (4, 4, 11), (4, 5, 12), (65_536, 1, 196_608),
      (4, 4, Int.max), (Int.max, 1, 12),
    ])
  func wrongSizesThrow(width: Int, height: Int, bytesPerRow: Int) {
    #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
      var preprocessor = Preprocessor(record: squash, input: tensor(2, 2))
      _ = try prepare(
        &preprocessor, pattern(48), width: width, height: height, format: .rgb,
        bytesPerRow: bytesPerRow)
    }
  }
}
