// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Pipeline
@testable import Runtime

@Suite("JPEG files of frames")
struct JPEGFrameEncoderTests {
  /// A smooth frame with a gradient of each sample, in the layout's planes.
  private func frame(_ layout: FrameLayout, width: Int, height: Int) -> ArrayFrame {
    var bytes: [UInt8] = []
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      for y in 0..<size.rows {
        for x in 0..<size.rowByteCount {
          // Of interleaved samples each kind has a value of its own.
          let kind = layout.planeCount == 1 ? x % 4 : layout.planeCount == 2 ? x % 2 : 0
          bytes.append(UInt8(truncatingIfNeeded: 70 + 30 * plane + kind * 9 + x / 4 + y))
        }
      }
    }
    return ArrayFrame(layout, width: width, height: height, bytes: bytes)
  }

  @Test(
    "show the frame, or the part of it that was asked for", arguments: FrameLayout.allCases,
    FrameRange.allCases)
  func roundTrip(layout: FrameLayout, range: FrameRange) throws {
    var encoder = try JPEGFrameEncoder()
    for (width, height) in [(48, 32), (37, 29), (1, 1)] {
      var frame = frame(layout, width: width, height: height)
      frame.range = range
      var regions: [FrameRegion?] = [nil]
      if width > 9 {
        regions += [
          FrameRegion(x: 4, y: 6, width: 17, height: 15),
          FrameRegion(x: 5, y: 3, width: 20, height: 21),
        ]
      }
      for region in regions {
        try frame.withPixels { pixels in
          let file = [UInt8](try encoder.encode(pixels, region: region, quality: 100))
          let shown = try JPEGTest.decode(file)
          let expected = try JPEGTest.colours(pixels, region)
          try #require(shown.count == expected.count)
          // Packed and half chroma of this gradient are coarse.
          let limit = layout == .grey || layout == .planar444 ? 44.0 : 30
          #expect(
            JPEGTest.decibels(shown, expected) > limit,
            "\(layout) \(width) x \(height) \(String(describing: region))")
        }
      }
    }
  }

  @Test("come from the planes themselves where those are a file's")
  func planesUntouched() throws {
    var encoder = try JPEGFrameEncoder()
    let frame = frame(.planar422, width: 40, height: 24)
    try frame.withPixels { pixels in
      let file = [UInt8](try encoder.encode(pixels, quality: 100))
      var decoder = try JPEGFrameDecoder()
      try file.withUnsafeBytes { memory in
        let decoded = try decoder.decode(memory).pixels
        #expect(decoded.layout == .planar422)
        for plane in 0..<3 {
          let differences = zip(decoded.planes[plane].bytes, pixels.planes[plane].bytes)
            .map { abs(Int($0) - Int($1)) }
          #expect(differences.max()! <= 2)
        }
      }
    }
  }

  @Test("of sizes that lie are refused")
  func lies() throws {
    var encoder = try JPEGFrameEncoder()
    let frame = frame(.nv12, width: 16, height: 16)
    frame.withPixels { pixels in
      var wrong = pixels
      wrong.height = 17
      #expect(throws: JPEGFrameError.invalidSize) { _ = try encoder.encode(wrong) }
      wrong.height = Int.max
      #expect(throws: JPEGFrameError.invalidSize) { _ = try encoder.encode(wrong) }
      #expect(throws: JPEGFrameError.invalidSize) {
        _ = try encoder.encode(pixels, region: FrameRegion(x: 1, y: 0, width: 16, height: 1))
      }
    }
  }
}
