// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Pipeline
@testable import Runtime

@Suite("Reduced decoding of JPEG frames")
struct JPEGReductionTests {
  @Test(
    "is the smallest that still covers the scaled size",
    arguments: [
      (640, 480, 341, 256, 8), (1280, 720, 455, 256, 4), (1920, 1080, 455, 256, 2),
      (682, 512, 341, 256, 4), (682, 511, 341, 256, 8), (4096, 2160, 485, 256, 1),
      (100, 100, 256, 256, 8), (1, 1, 1, 1, 8),
    ])
  func choice(width: Int, height: Int, scaledWidth: Int, scaledHeight: Int, eighths: Int) {
    let region = FrameRegion(x: 3, y: 5, width: width, height: height)
    let needed = (width: Int64(scaledWidth), height: Int64(scaledHeight))
    #expect(JPEGReduction.eighths(of: region, covering: needed) == eighths)
  }

  @Test("keeps a region inside of the frame", arguments: [1, 2, 4, 8])
  func regions(eighths: Int) {
    for (width, height) in [(37, 29), (64, 48), (1, 1), (9, 17)] {
      let reduced = (
        JPEGReduction.reduced(width, eighths), JPEGReduction.reduced(height, eighths)
      )
      for x in 0..<width {
        for y in 0..<height {
          let region = FrameRegion(x: x, y: y, width: width - x, height: (height - y + 1) / 2)
          let small = JPEGReduction.reduced(
            region, eighths, width: reduced.0, height: reduced.1)
          #expect(small.isInside(width: reduced.0, height: reduced.1))
          if eighths == 8 { #expect(small == region) }
        }
      }
    }
  }

  @Test("gives the network the same input, but for 37 dB")
  func sameInput() throws {
    var classifier = try Classifier(JPEGTest.modelPath)
    var decoder = try JPEGFrameDecoder()
    var encoder = try JPEGFrameEncoder()
    // Large enough that half of it covers the scaled size.
    let image = try JPEGTest.picture("coffee.jpg", width: 1200, height: 800)
    let frame = ArrayFrame(.rgb, width: image.width, height: image.height, bytes: image.pixels)
    let file = try frame.withPixels { [UInt8](try encoder.encode($0, quality: 95)) }
    func input(_ frame: FramePixels, _ region: FrameRegion) throws -> [UInt8] {
      try classifier.prepare(frame: frame, region: region)
      return Array(classifier.engine.input)
    }
    try file.withUnsafeBytes { memory in
      // Of a region that is no multiple of anything.
      let region = FrameRegion(x: 31, y: 9, width: 1101, height: 763)
      let full = try decoder.decode(memory)
      let expected = try input(full.pixels, region)
      let chosen = try decoder.decode(memory, region: region, for: classifier)
      #expect(chosen.eighths == 4)
      #expect(chosen.region == FrameRegion(x: 15, y: 4, width: 551, height: 382))
      let small = try input(chosen.pixels, chosen.region)
      // The input has 7 bits.
      #expect(JPEGTest.decibels(small, expected) > 37)
      #expect(throws: JPEGFrameError.invalidSize) {
        try decoder.decode(
          memory, region: FrameRegion(x: 0, y: 0, width: 1201, height: 800), for: classifier)
      }
    }
  }
}
