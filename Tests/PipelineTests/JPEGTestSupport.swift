// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Testing

@testable import Pipeline
@testable import Runtime

enum JPEGTest {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..")

  /// A file of Tests/Golden/frames.
  static func golden(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appending(path: "Tests/Golden/frames/\(name)")))
  }

  /// The pixels of a binary PPM or PGM file of djpeg.
  static func portable(_ name: String) throws -> [UInt8] {
    let bytes = try golden(name)
    var lines = 0
    let header = try #require(
      bytes.firstIndex { byte in
        if byte == 10 { lines += 1 }
        return lines == 3
      })
    return Array(bytes[(header + 1)...])
  }

  /// A bundled picture, RGB.
  static func picture(_ name: String) throws -> Image {
    let path = root.appending(path: "models/pictures/\(name)").path
    return try Pictures.decode(path: path)
  }

  /// A bundled picture, scaled to a size.
  static func picture(_ name: String, width: Int, height: Int) throws -> Image {
    let image = try picture(name)
    let record = PreprocessingRecord(
      resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [0, 0, 0], deviation: [1, 1, 1])
    var preprocessor = Preprocessor(record: record, height: height, width: width, channels: 3)
    var pixels = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
    try pixels.withUnsafeMutableBufferPointer {
      try preprocessor.run(
        pixels: image.pixels.span.bytes, width: image.width, height: image.height,
        bytesPerRow: image.bytesPerRow, format: image.format, into: $0.baseAddress!)
    }
    return Image(width: width, height: height, format: .rgb, pixels: pixels)
  }

  static var modelPath: String {
    root.appending(path: "models/efficientnet-lite0.swiftlet").path
  }

  /// Red, green and blue of a frame or a part of it.
  static func colours(_ frame: FramePixels, _ region: FrameRegion? = nil) throws -> [UInt8] {
    let part = region ?? FrameRegion(x: 0, y: 0, width: frame.width, height: frame.height)
    var converter = FrameConverter()
    var pixels = [UInt8](repeating: 0xA5, count: part.width * part.height * 4)
    try pixels.withUnsafeMutableBufferPointer {
      try converter.convert(frame, part, into: $0.baseAddress!)
    }
    return pixels.indices.filter { $0 % 4 != 3 }.map { pixels[$0] }
  }

  /// Decodes a whole file to red, green and blue.
  static func decode(_ bytes: [UInt8], eighths: Int = 8) throws -> [UInt8] {
    var decoder = try JPEGFrameDecoder()
    return try bytes.withUnsafeBytes {
      try colours(try decoder.decode($0, eighths: eighths).pixels)
    }
  }

  /// Peak signal-to-noise ratio in decibels.
  static func decibels(_ a: [UInt8], _ b: [UInt8]) -> Double {
    precondition(a.count == b.count && !a.isEmpty)
    var sum = 0.0
    for i in a.indices {
      let difference = Double(a[i]) - Double(b[i])
      sum += difference * difference
    }
    return sum == 0 ? .infinity : 10 * log10(255 * 255 * Double(a.count) / sum)
  }
}

/// A frame whose planes are arrays.
struct ArrayFrame {
  var layout: FrameLayout
  var width: Int
  var height: Int
  var matrix = FrameMatrix.bt601
  var range = FrameRange.full
  /// Planes without gaps, one after the other.
  var bytes: [UInt8]

  func withPixels<T>(_ body: (FramePixels) throws -> T) rethrows -> T {
    try bytes.withUnsafeBytes { memory in
      var planes: InlineArray<3, FramePixels.Plane> = [.empty, .empty, .empty]
      var begin = 0
      for plane in 0..<layout.planeCount {
        let size = layout.planeSize(plane, width: width, height: height)
        let end = begin + size.rowByteCount * size.rows
        planes[plane] = FramePixels.Plane(
          bytes: UnsafeRawBufferPointer(rebasing: memory[begin..<end]),
          bytesPerRow: size.rowByteCount)
        begin = end
      }
      return try body(
        FramePixels(
          layout: layout, width: width, height: height, matrix: matrix, range: range,
          planes: planes))
    }
  }

  /// The frame that a textbook makes of red, green and blue: BT.601, chroma averaged over the pixels
  /// that share it, all in binary64. YUYV, NV12 and 4:2:2 planes; sides are even.
  init(_ layout: FrameLayout, of image: Image, range: FrameRange) {
    precondition(image.format == .rgb)
    let (width, height) = (image.width / 2 * 2, image.height / 2 * 2)
    self.layout = layout
    self.width = width
    self.height = height
    self.range = range
    func pixel(_ x: Int, _ y: Int) -> (Double, Double, Double) {
      let i = y * image.bytesPerRow + 3 * x
      return (
        Double(image.pixels[i]), Double(image.pixels[i + 1]), Double(image.pixels[i + 2])
      )
    }
    func byte(_ value: Double) -> UInt8 { UInt8(min(max(value.rounded(), 0), 255)) }
    func luma(_ x: Int, _ y: Int) -> UInt8 {
      let (r, g, b) = pixel(x, y)
      let value = 0.299 * r + 0.587 * g + 0.114 * b
      return byte(range == .full ? value : 16 + value * 219 / 255)
    }
    func chroma(_ x: Int, _ y: Int, rows: Int) -> (UInt8, UInt8) {
      var (cb, cr) = (0.0, 0.0)
      for dy in 0..<rows {
        for dx in 0..<2 {
          let (r, g, b) = pixel(x + dx, y + dy)
          let value = 0.299 * r + 0.587 * g + 0.114 * b
          cb += (b - value) / 1.772 / Double(2 * rows)
          cr += (r - value) / 1.402 / Double(2 * rows)
        }
      }
      let scale = range == .full ? 1 : 224.0 / 255
      return (byte(128 + cb * scale), byte(128 + cr * scale))
    }
    var planes: [[UInt8]] = [[], [], []]
    for y in 0..<height {
      for x in 0..<width {
        planes[0].append(luma(x, y))
        guard x % 2 == 0 else { continue }
        switch layout {
        case .yuyv:
          let (cb, cr) = chroma(x, y, rows: 1)
          planes[0] += [cb, luma(x + 1, y), cr]
        case .nv12:
          guard y % 2 == 0 else { break }
          let (cb, cr) = chroma(x, y, rows: 2)
          planes[1] += [cb, cr]
        default:
          let (cb, cr) = chroma(x, y, rows: 1)
          planes[1].append(cb)
          planes[2].append(cr)
        }
      }
      if layout == .yuyv {
        // Odd pixels came with the even ones before them, and once more.
        let row = Array(planes[0][(2 * width * y)...])
        planes[0].removeSubrange((2 * width * y)...)
        for x in stride(from: 0, to: row.count, by: 5) { planes[0] += row[x..<x + 4] }
      }
    }
    bytes = planes.flatMap { $0 }
  }

  init(_ layout: FrameLayout, width: Int, height: Int, bytes: [UInt8], range: FrameRange = .full) {
    self.layout = layout
    self.width = width
    self.height = height
    self.bytes = bytes
    self.range = range
  }
}
