// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Testing

@testable import Runtime

/// The instruction sets that this machine runs.
private let supportedSets = InstructionSet.allCases.filter(\.isSupported)

@Suite("Frames of cameras")
struct FrameTests {
  private func record(
    _ order: PreprocessingRecord.ColourOrder = .rgb, crop: Int = 0
  ) -> PreprocessingRecord {
    PreprocessingRecord(
      resizeRule: crop > 0 ? .centreCrop : .squash, resizeSize: crop, colourOrder: order,
      mean: [0, 0, 0], deviation: [1, 1, 1])
  }

  /// Converts the frame's region, then prepares the picture, on scalars; and the frame at once.
  private func check(
    _ frame: TestFrame, _ region: FrameRegion?, _ record: PreprocessingRecord, side: (Int, Int),
    isa: InstructionSet, limit: Int = Preprocessor.ringByteLimit, _ comment: String
  ) throws {
    let channels = record.colourOrder == .grey ? 1 : 3
    let whole = FrameRegion(x: 0, y: 0, width: frame.width, height: frame.height)
    let part = region ?? whole
    let picture = frame.picture(part)
    var twice = Preprocessor(
      record: record, height: side.0, width: side.1, channels: channels, isa: .scalar)
    let expected = try prepare(
      &twice, picture.pixels, width: part.width, height: part.height, format: picture.format)
    var once = Preprocessor(
      record: record, height: side.0, width: side.1, channels: channels, input: nil, isa: isa,
      ringByteLimit: limit)
    let output = try prepare(&once, frame.pixels, region: region)
    let difference = firstDifference(output, expected)
    #expect(
      difference == nil,
      "\(frame.layout) \(frame.width) x \(frame.height), \(part), \(comment)")
  }

  @Test(
    "in one pass equal conversion, then preprocessing, bit for bit",
    arguments: FrameLayout.allCases,
    supportedSets)
  func fusedEqualsTwoSteps(layout: FrameLayout, isa: InstructionSet) throws {
    var random = TestRandom(71)
    let sides = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 47, 61]
    for _ in 0..<60 {
      let frame = TestFrame(
        layout, width: sides.randomElement(using: &random)!,
        height: sides.randomElement(using: &random)!,
        matrix: FrameMatrix.allCases.randomElement(using: &random)!,
        range: FrameRange.allCases.randomElement(using: &random)!, using: &random)
      let x = Int.random(in: 0..<frame.width, using: &random)
      let y = Int.random(in: 0..<frame.height, using: &random)
      let region = FrameRegion(
        x: x, y: y, width: Int.random(in: 1...frame.width - x, using: &random),
        height: Int.random(in: 1...frame.height - y, using: &random))
      let order: PreprocessingRecord.ColourOrder = [.rgb, .bgr, .grey].randomElement(
        using: &random)!
      let side = (
        Int.random(in: 1...26, using: &random), Int.random(in: 1...26, using: &random)
      )
      let crop = Bool.random(using: &random) ? 0 : Int.random(in: 26...40, using: &random)
      let limit = [Preprocessor.ringByteLimit, 100].randomElement(using: &random)!
      try check(
        frame, Bool.random(using: &random) ? nil : region, record(order, crop: crop), side: side,
        isa: isa, limit: limit, "seed \(random.seed)")
    }
  }

  @Test(
    "of a camera's usual size equal two steps too",
    arguments: [FrameLayout.yuyv, .nv12, .planar422, .rgb], supportedSets)
  func usualSize(layout: FrameLayout, isa: InstructionSet) throws {
    var random = TestRandom(72)
    let frame = TestFrame(
      layout, width: 161, height: 120, matrix: .bt601, range: .limited, using: &random)
    try check(frame, nil, record(crop: 64), side: (56, 56), isa: isa, "whole")
    let region = FrameRegion(x: 33, y: 1, width: 127, height: 101)
    try check(frame, region, record(.bgr, crop: 80), side: (72, 72), isa: isa, "region")
  }

  @Test("every pair of samples is clamped and rounded as defined", arguments: supportedSets)
  func allValues(isa: InstructionSet) throws {
    var random = TestRandom(73)
    for matrix in FrameMatrix.allCases {
      for range in FrameRange.allCases {
        let frame = TestFrame(
          .planar444, width: 256, height: 256, matrix: matrix, range: range, using: &random)
        for y in 0..<256 {
          for x in 0..<256 {
            frame.planes[0].bytes[y * frame.strides[0] + x] = UInt8(x)
            frame.planes[1].bytes[y * frame.strides[1] + x] = UInt8(y)
          }
        }
        try check(frame, nil, record(), side: (256, 256), isa: isa, "\(matrix) \(range)")
      }
    }
  }

  @Test("allocate nothing from the second one of a size on", arguments: FrameLayout.allCases)
  func allocations(layout: FrameLayout) throws {
    var random = TestRandom(74)
    let frame = TestFrame(
      layout, width: 64, height: 48, matrix: .bt709, range: .full, using: &random)
    let pixels = frame.pixels
    var preprocessor = Preprocessor(record: record(crop: 32), height: 32, width: 32, channels: 3)
    var output = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
    let count = try output.withUnsafeMutableBufferPointer { buffer in
      try preprocessor.run(frame: pixels, into: buffer.baseAddress!)
      let before = swiftlet_allocation_count()
      for _ in 0..<5 { try preprocessor.run(frame: pixels, into: buffer.baseAddress!) }
      return swiftlet_allocation_count() - before
    }
    #expect(count == 0)
  }

  @Test("go through the classifier as the picture that they show does")
  func classifier() throws {
    let file = ModelVerifierTests.base().build()
    var classifier = try Classifier(Model.load(file.span.bytes))
    var random = TestRandom(75)
    let frame = TestFrame(
      .nv21, width: 37, height: 21, matrix: .bt601, range: .full, using: &random)
    let region = FrameRegion(x: 3, y: 2, width: 30, height: 19)
    let picture = frame.picture(region)
    let expected = try classifier.classify(
      Image(width: 30, height: 19, format: picture.format, pixels: picture.pixels), top: 4)
    try classifier.run(frame: frame.pixels, region: region)
    #expect(classifier.predictions(top: 4) == expected)
  }
}
