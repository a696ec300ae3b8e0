// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Testing

@testable import Pipeline
@testable import Runtime

@Suite("JPEG frames")
struct JPEGFrameDecoderTests {
  /// The two round differently, and djpeg's factors have 16 fraction bits.
  @Test(
    "are within 1 of djpeg, whatever their chroma",
    arguments: [
      "422-64x48", "420-64x48", "422-37x29", "420-37x29", "grey-37x29", "440-37x29", "411-37x29",
    ])
  func equalsDjpeg(name: String) throws {
    let colours = try JPEGTest.decode(JPEGTest.golden(name + ".jpg"))
    var expected = try JPEGTest.portable(name + ".ppm")
    if name.hasPrefix("grey") { expected = expected.flatMap { [$0, $0, $0] } }
    try #require(colours.count == expected.count)
    // The fallback of 4:4:0 and 4:1:1 upsamples smoothly.
    if name.hasPrefix("4") && !name.hasPrefix("42") {
      #expect(JPEGTest.decibels(colours, expected) > 27)
    } else {
      #expect(zip(colours, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
  }

  @Test(
    "with full chroma, red, green and blue, or in several scans show the same picture",
    arguments: ["444", "rgb", "progressive", "422"], ["64x48", "37x29"])
  func samePicture(name: String, size: String) throws {
    let colours = try JPEGTest.decode(JPEGTest.golden("\(name)-\(size).jpg"))
    let expected = try JPEGTest.decode(JPEGTest.golden("444-\(size).jpg"))
    #expect(JPEGTest.decibels(colours, expected) > (name == "444" || name == "rgb" ? 32 : 27))
  }

  @Test("say their own size, whole and reduced", arguments: [8, 4, 2, 1])
  func sizes(eighths: Int) throws {
    var decoder = try JPEGFrameDecoder()
    for (name, width, height) in [
      ("422-64x48", 64, 48), ("420-37x29", 37, 29), ("411-37x29", 37, 29),
    ] {
      let bytes = try JPEGTest.golden(name + ".jpg")
      try bytes.withUnsafeBytes { memory in
        let frame = try decoder.decode(memory, eighths: eighths)
        #expect(frame.fullWidth == width && frame.fullHeight == height)
        #expect(frame.pixels.width == (width * eighths + 7) / 8)
        #expect(frame.pixels.height == (height * eighths + 7) / 8)
        #expect(frame.pixels.isValid)
      }
    }
  }

  @Test(
    "reduced show what the full size shows",
    arguments: ["444", "422", "420", "grey", "440", "411", "rgb"], [4, 2])
  func reduced(name: String, eighths: Int) throws {
    let bytes = try JPEGTest.golden(name + "-64x48.jpg")
    let small = try JPEGTest.decode(bytes, eighths: eighths)
    let full = try JPEGTest.decode(bytes)
    let factor = 8 / eighths
    let width = 64 / factor
    var expected: [UInt8] = []
    for y in 0..<48 / factor {
      for x in 0..<width {
        for channel in 0..<3 {
          var sum = 0
          for dy in 0..<factor {
            for dx in 0..<factor {
              sum += Int(full[((y * factor + dy) * 64 + x * factor + dx) * 3 + channel])
            }
          }
          expected.append(UInt8(sum / factor / factor))
        }
      }
    }
    // The fewer samples of chroma, the more depends on where they lie.
    #expect(JPEGTest.decibels(small, expected) > 26, "\(name) \(eighths)")
  }

  @Test("without Huffman tables use those of the standard", arguments: ["422", "420", "grey"])
  func missingTables(name: String) throws {
    let bytes = try JPEGTest.golden(name + "-64x48.jpg")
    var without: [UInt8] = Array(bytes[..<2])
    var index = 2
    while bytes[index + 1] != 0xDA {
      let end = index + 2 + Int(bytes[index + 2]) << 8 + Int(bytes[index + 3])
      if bytes[index + 1] != 0xC4 { without += bytes[index..<end] }
      index = end
    }
    without += bytes[index...]
    #expect(without.count < bytes.count - 20)
    #expect(try JPEGTest.decode(without) == JPEGTest.decode(bytes))
  }

  @Test("with bytes behind their end or between markers are as good as others")
  func strayBytes() throws {
    let bytes = try JPEGTest.golden("422-64x48.jpg")
    let expected = try JPEGTest.decode(bytes)
    #expect(try JPEGTest.decode(bytes + [UInt8](repeating: 0, count: 999)) == expected)
    let stray = Array(bytes[..<2]) + [0, 1, 2] + Array(bytes[2...])
    #expect(try JPEGTest.decode(stray) == expected)
    var end = bytes
    end.insert(contentsOf: [0x12, 0x34], at: bytes.count - 2)
    #expect(try JPEGTest.decode(end) == expected)
  }

  @Test("that end early are truncated", arguments: ["422-64x48", "420-37x29", "grey-64x48"])
  func truncated(name: String) throws {
    let bytes = try JPEGTest.golden(name + ".jpg")
    for count in [bytes.count / 2, bytes.count * 3 / 4, bytes.count - 40] {
      #expect(throws: JPEGFrameError.truncated, "\(count) of \(bytes.count)") {
        try JPEGTest.decode(Array(bytes[..<count]))
      }
    }
    for count in 0..<bytes.count - 2 where count % 7 == 0 {
      #expect(throws: JPEGFrameError.self) { try JPEGTest.decode(Array(bytes[..<count])) }
    }
  }

  @Test("that are no JPEG are damaged")
  func noJPEG() throws {
    #expect(throws: JPEGFrameError.self) { try JPEGTest.decode([]) }
    #expect(throws: JPEGFrameError.damaged) { try JPEGTest.decode([1, 2, 3, 4]) }
    #expect(throws: JPEGFrameError.damaged) {
      try JPEGTest.decode([UInt8](repeating: 0, count: 500))
    }
  }

  @Test("damaged anywhere decode or throw, and never crash")
  func damage() throws {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 1...UInt64(UInt32.max), using: &random)
    var state = seed
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    var decoder = try JPEGFrameDecoder()
    var failures = 0
    for name in ["422-64x48", "420-37x29", "grey-37x29", "411-37x29", "progressive-37x29"] {
      let bytes = try JPEGTest.golden(name + ".jpg")
      for _ in 0..<150 {
        var broken = bytes
        for _ in 0...next() % 4 { broken[next() % broken.count] = UInt8(next() & 255) }
        do {
          let isValid = try broken.withUnsafeBytes { memory in
            try decoder.decode(memory, eighths: [1, 2, 4, 8][next() % 4]).pixels.isValid
          }
          #expect(isValid, "seed \(seed)")
        } catch is JPEGFrameError { failures += 1 }
      }
    }
    #expect(failures > 0, "seed \(seed)")
    // A damaged frame leaves nothing behind.
    let good = try JPEGTest.golden("422-64x48.jpg")
    let after = try good.withUnsafeBytes { try JPEGTest.colours(decoder.decode($0).pixels) }
    #expect(try after == JPEGTest.decode(good))
  }

  @Test("of inks or of too many pixels are unsupported")
  func unsupported() throws {
    var huge = try JPEGTest.golden("422-64x48.jpg")
    let frame = try #require(huge.indices.first { huge[$0] == 0xFF && huge[$0 + 1] == 0xC0 })
    for i in [5, 7] { huge[frame + i] = 0xF0 }
    #expect(throws: JPEGFrameError.unsupported) { try JPEGTest.decode(huge) }
  }

  @Test("keep the decoder's memory, and its own code allocates nothing for the second one")
  func allocations() throws {
    var decoder = try JPEGFrameDecoder()
    let bytes = try JPEGTest.golden("422-64x48.jpg")
    try bytes.withUnsafeBytes { memory in
      let first = try decoder.decode(memory).pixels.planes[0].bytes.baseAddress
      var counts: [UInt64] = []
      for _ in 0..<4 {
        let before = swiftlet_allocation_count()
        let again = try decoder.decode(memory).pixels.planes[0].bytes.baseAddress
        counts.append(swiftlet_allocation_count() - before)
        #expect(again == first)
      }
      // These are libjpeg-turbo's pools.
      #expect(Set(counts).count == 1)
    }
  }
}
