// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Runtime

@Suite("Sizes of camera frames")
struct FrameSizeTests {
  private let record = PreprocessingRecord(
    resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [0, 0, 0], deviation: [1, 1, 1])

  private func run(_ frame: FramePixels, region: FrameRegion? = nil) throws {
    var preprocessor = Preprocessor(record: record, height: 3, width: 3, channels: 3)
    _ = try prepare(&preprocessor, frame, region: region)
  }

  @Test("a plane that lacks one byte is refused", arguments: FrameLayout.allCases)
  func shortPlanes(layout: FrameLayout) throws {
    var random = TestRandom(81)
    for (width, height) in [(1, 1), (2, 2), (5, 3), (16, 7)] {
      let frame = TestFrame(
        layout, width: width, height: height, matrix: .bt601, range: .limited, using: &random)
      try run(frame.pixels)
      for plane in 0..<layout.planeCount {
        var short = frame.pixels
        short.planes[plane].bytes = UnsafeRawBufferPointer(
          rebasing: short.planes[plane].bytes.dropLast())
        #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
          try run(short)
        }
        var narrow = frame.pixels
        narrow.planes[plane].bytesPerRow =
          layout.planeSize(plane, width: width, height: height).rowByteCount - 1
        #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
          try run(narrow)
        }
        for stride in [Int.max, Int.min, -1] {
          var wrong = frame.pixels
          wrong.planes[plane].bytesPerRow = stride
          let rows = layout.planeSize(plane, width: width, height: height).rows
          guard stride < 0 || rows > 1 else { continue }
          #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
            try run(wrong)
          }
        }
        var empty = frame.pixels
        empty.planes[plane] = .empty
        #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
          try run(empty)
        }
      }
    }
  }

  @Test("sizes out of range are refused", arguments: FrameLayout.allCases)
  func wrongSizes(layout: FrameLayout) throws {
    var random = TestRandom(82)
    let frame = TestFrame(
      layout, width: 8, height: 8, matrix: .bt601, range: .limited, using: &random)
    for side in [0, -1, 65_536, Int.max, Int.min] {
      var wrong = frame.pixels
      wrong.width = side
      #expect(throws: RuntimeError.invalidImage(width: side, height: 8)) { try run(wrong) }
      wrong.width = 8
      wrong.height = side
      #expect(throws: RuntimeError.invalidImage(width: 8, height: side)) { try run(wrong) }
    }
  }

  @Test(
    "a region outside of the frame is refused",
    arguments: [
      (-1, 0, 2, 2), (0, -1, 2, 2), (0, 0, 0, 2), (0, 0, 2, 0), (7, 0, 2, 2), (0, 5, 2, 2),
      (8, 0, 1, 1), (0, 0, Int.max, 1), (1, 1, Int.max, Int.max), (Int.max, 0, 1, 1),
      (0, 0, -1, 1), (Int.min, 0, Int.max, 1),
    ])
  func wrongRegions(x: Int, y: Int, width: Int, height: Int) throws {
    var random = TestRandom(83)
    let frame = TestFrame(
      .yuyv, width: 8, height: 6, matrix: .bt601, range: .limited, using: &random)
    #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
      try run(frame.pixels, region: FrameRegion(x: x, y: y, width: width, height: height))
    }
  }

  @Test("planes that follow each other are found", arguments: FrameLayout.allCases)
  func contiguousPlanes(layout: FrameLayout) throws {
    var random = TestRandom(84)
    for (width, height) in [(8, 6), (7, 5), (1, 1)] {
      let frame = TestFrame(
        layout, width: width, height: height, matrix: .bt709, range: .full, padding: 0...0,
        using: &random)
      // Layouts of half-width planes need an even number of bytes per row there.
      let stride = layout.planeSize(0, width: width, height: height).rowByteCount + width % 2
      var bytes: [UInt8] = []
      for plane in 0..<layout.planeCount {
        let size = layout.planeSize(plane, width: width, height: height)
        let halves = layout == .planar420 || layout == .planar422
        let padded = plane > 0 && halves ? stride / 2 : stride
        for row in 0..<size.rows {
          let begin = row * size.rowByteCount
          bytes += frame.planes[plane].bytes[begin..<begin + size.rowByteCount]
          bytes += Array(repeating: 0xEE, count: padded - size.rowByteCount)
        }
      }
      var preprocessor = Preprocessor(record: record, height: 4, width: 5, channels: 3)
      let expected = try prepare(&preprocessor, frame.pixels)
      let output = try bytes.withUnsafeBytes { memory in
        try prepare(
          &preprocessor,
          FramePixels(
            layout: layout, width: width, height: height, matrix: .bt709, range: .full,
            bytes: memory, bytesPerRow: stride))
      }
      #expect(output == expected, "\(width) x \(height)")
    }
  }

  @Test("lies about a contiguous frame trap nowhere")
  func contiguousLies() throws {
    let bytes = [UInt8](repeating: 1, count: 64)
    for layout in FrameLayout.allCases {
      for (width, height, stride) in [
        (Int.max, Int.max, Int.max), (Int.min, 4, 8), (4, Int.min, 8), (4, 4, Int.min),
        (4, 4, -1), (1000, 1000, 1000), (4, 65_535, Int.max), (0, 0, 0),
      ] {
        bytes.withUnsafeBytes { memory in
          let frame = FramePixels(
            layout: layout, width: width, height: height, bytes: memory, bytesPerRow: stride)
          #expect(throws: RuntimeError.invalidImage(width: width, height: height)) {
            try run(frame)
          }
        }
      }
    }
  }
}
