// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Runtime

@Suite("Memory of preprocessing")
struct PreprocessMemoryTests {
  private func make(
    _ record: PreprocessingRecord, height: Int, width: Int, channels: Int,
    limit: Int = Preprocessor.ringByteLimit
  ) -> Preprocessor {
    Preprocessor(
      record: record, height: height, width: width, channels: channels, input: nil,
      ringByteLimit: limit)
  }

  private func record(_ order: PreprocessingRecord.ColourOrder, crop: Int = 0)
    -> PreprocessingRecord
  {
    PreprocessingRecord(
      resizeRule: crop > 0 ? .centreCrop : .squash, resizeSize: crop, colourOrder: order,
      mean: [0, 0, 0], deviation: [1, 1, 1])
  }

  private func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 7919 >> 3) ^ $0 >> 7) }
  }

  @Test(
    "strips of any width make the bytes of the whole",
    arguments: [PixelFormat.rgb, .bgra, .grey], [PreprocessingRecord.ColourOrder.bgr, .grey])
  func stripsAgree(format: PixelFormat, order: PreprocessingRecord.ColourOrder) throws {
    let channels = order == .grey ? 1 : 3
    for (width, height, crop) in [(31, 97, 0), (3, 41, 0), (40, 2, 0), (61, 53, 19), (9, 11, 29)] {
      let pixels = pattern(width * height * format.byteCount)
      let record = record(order, crop: crop)
      var whole = make(record, height: 7, width: 19, channels: channels)
      let expected = try prepare(&whole, pixels, width: width, height: height, format: format)
      for limit in [0, 1, 100, 500, 1000] {
        var strips = make(record, height: 7, width: 19, channels: channels, limit: limit)
        let output = try prepare(&strips, pixels, width: width, height: height, format: format)
        #expect(output == expected, "\(width) x \(height), limit \(limit)")
        #expect(strips.ringByteCount <= max(limit, 3 * height))
      }
    }
  }

  @Test("a wide and low input keeps few rows of a tall picture")
  func wideAndLow() throws {
    let (width, height) = (65_535, 40)
    let pixels = pattern(height)
    var preprocessor = make(record(.rgb), height: 1, width: width, channels: 3)
    let output = try prepare(&preprocessor, pixels, width: 1, height: height, format: .grey)
    #expect(preprocessor.ringByteCount <= Preprocessor.ringByteLimit)
    var narrow = make(record(.rgb), height: 1, width: 1, channels: 3)
    let pixel = try prepare(&narrow, pixels, width: 1, height: height, format: .grey)
    #expect(output == (0..<width).flatMap { _ in pixel })
  }

  @Test("the tallest picture keeps one column's worth of rows")
  func tallest() throws {
    let height = Preprocessor.maximumSide
    let pixels = [UInt8](repeating: 77, count: 3 * height)
    var preprocessor = make(record(.rgb), height: 1, width: 20, channels: 3)
    let output = try prepare(&preprocessor, pixels, width: 1, height: height, format: .rgb)
    #expect(output == [UInt8](repeating: 77, count: 60))
    #expect(preprocessor.ringByteCount <= Preprocessor.ringByteLimit)
  }
}
