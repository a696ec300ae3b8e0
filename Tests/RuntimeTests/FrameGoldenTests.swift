// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Runtime

/// One line of Tests/Golden/frames/frames.txt, which tools/make_golden_frames.py made with ffmpeg.
private struct GoldenFrame: CustomTestStringConvertible, Sendable {
  let layout: FrameLayout
  let width: Int
  let height: Int
  let matrix: FrameMatrix
  let range: FrameRange
  let samples: [UInt8]
  let colours: [UInt8]
  let testDescription: String

  init?(line: Substring, data: [UInt8]) {
    let words = line.split(separator: " ").map(String.init)
    let numbers = words.compactMap(Int.init)
    guard words.count == 8, numbers.count == 5,
      let layout = FrameLayout.allCases.first(where: { "\($0)" == words[0] }),
      let matrix = FrameMatrix.allCases.first(where: { "\($0)" == words[3] }),
      let range = FrameRange.allCases.first(where: { "\($0)" == words[4] })
    else { return nil }
    self.layout = layout
    self.matrix = matrix
    self.range = range
    width = numbers[0]
    height = numbers[1]
    samples = Array(data[numbers[2]..<numbers[2] + numbers[3]])
    colours = Array(data[numbers[4]..<numbers[4] + 3 * width * height])
    testDescription = words.prefix(5).joined(separator: " ")
  }

  static func load() -> [GoldenFrame] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/frames")
    guard let data = try? Data(contentsOf: folder.appending(path: "frames.bin")),
      let text = try? String(contentsOf: folder.appending(path: "frames.txt"), encoding: .utf8)
    else { return [] }
    let bytes = [UInt8](data)
    return text.split(separator: "\n").compactMap { GoldenFrame(line: $0, data: bytes) }
  }
}

@Suite("Frames against ffmpeg")
struct FrameGoldenTests {
  @Test("the golden file is there and every line is understood")
  func goldenFileIsComplete() {
    #expect(GoldenFrame.load().count == 48)
  }

  /// ffmpeg's factors have other fraction bits, and it rounds in two steps.
  @Test("colours are within 2 of ffmpeg's", arguments: GoldenFrame.load())
  fileprivate func equalsFFmpeg(_ golden: GoldenFrame) throws {
    let record = PreprocessingRecord(
      resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [0, 0, 0], deviation: [1, 1, 1])
    var preprocessor = Preprocessor(
      record: record, height: golden.height, width: golden.width, channels: 3)
    var stride = golden.layout.planeSize(0, width: golden.width, height: 1).rowByteCount
    // ffmpeg leaves no gap behind an odd row of 4:2:0's Cb and Cr, nor behind one of Y'.
    let output = try golden.samples.withUnsafeBytes { bytes in
      var frame = FramePixels(
        layout: golden.layout, width: golden.width, height: golden.height, matrix: golden.matrix,
        range: golden.range, bytes: bytes, bytesPerRow: stride)
      var begin = 0
      for plane in 0..<golden.layout.planeCount {
        let size = golden.layout.planeSize(plane, width: golden.width, height: golden.height)
        stride = size.rowByteCount
        frame.planes[plane] = FramePixels.Plane(
          bytes: UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + stride * size.rows]),
          bytesPerRow: stride)
        begin += stride * size.rows
      }
      #expect(begin == bytes.count)
      return try prepare(&preprocessor, frame)
    }
    let differences = zip(output, golden.colours).map { abs(Int($0) - Int($1)) }
    #expect(differences.max()! <= 2)
    #expect(Double(differences.reduce(0, +)) / Double(differences.count) < 0.6)
  }
}
