// SPDX-License-Identifier: Apache-2.0
import Runtime

/// What the frames of a stream of bytes look like.
package enum StreamFraming: Equatable, Sendable {
  /// JPEG pictures, one after the other.
  case jpeg
  /// Frames of one size.
  case raw(RawFraming)
}

/// Raw frames, all of one size.
package struct RawFraming: Equatable, Sendable {
  package var layout: FrameLayout
  /// In pixels.
  package var width: Int
  package var height: Int
  package var matrix = FrameMatrix.bt601
  package var range = FrameRange.limited
  /// Frames a second; 0 when unknown.
  package var rate = 0.0
  /// Whether each frame has a line `FRAME...` before it (YUV4MPEG2).
  package var hasFrameHeaders = false

  package init(layout: FrameLayout, width: Int, height: Int) {
    self.layout = layout
    self.width = width
    self.height = height
  }

  /// The bytes of a frame, without gaps between rows.
  package var frameByteCount: Int {
    var byteCount = 0
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      byteCount += size.rowByteCount * size.rows
    }
    return byteCount
  }

  /// The frame in `bytes`, which are at least `frameByteCount`.
  package func pixels(_ bytes: UnsafeRawBufferPointer) -> FramePixels {
    var frame = FramePixels(
      layout: layout, width: width, height: height, matrix: matrix, range: range,
      planes: [.empty, .empty, .empty])
    var offset = 0
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      let byteCount = size.rowByteCount * size.rows
      frame.planes[plane] = FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + byteCount]),
        bytesPerRow: size.rowByteCount)
      offset += byteCount
    }
    return frame
  }
}

extension RawFraming {
  package static let yuv4mpegMagic = "YUV4MPEG2"

  /// Reads the first line of a YUV4MPEG2 stream, without its newline.
  ///
  /// - Returns: nil when it is not well-formed or its samples have more than 8 bits.
  package init?(yuv4mpeg line: String) {
    let fields = line.split(separator: " ")
    guard fields.first.map({ $0 == Self.yuv4mpegMagic }) == true else { return nil }
    self.init(layout: .planar420, width: 0, height: 0)
    hasFrameHeaders = true
    for field in fields.dropFirst() {
      guard let tag = field.utf8.first else { continue }
      guard read(tag, field.dropFirst()) else { return nil }
    }
    guard (1...65_535).contains(width), (1...65_535).contains(height) else { return nil }
  }

  private mutating func read(_ tag: UInt8, _ value: Substring) -> Bool {
    switch tag {
    case UInt8(ascii: "W"): width = Int(String(value)) ?? 0
    case UInt8(ascii: "H"): height = Int(String(value)) ?? 0
    case UInt8(ascii: "F"):
      let parts = value.split(separator: ":")
      guard parts.count == 2, let frames = Int(String(parts[0])), let unit = Int(String(parts[1])),
        frames > 0, unit > 0
      else { return true }
      rate = Double(frames) / Double(unit)
    case UInt8(ascii: "C"):
      switch String(value) {
      case "420", "420jpeg", "420mpeg2", "420paldv": layout = .planar420
      case "422": layout = .planar422
      case "444": layout = .planar444
      case "mono": layout = .grey
      default: return false
      }
    case UInt8(ascii: "X"):
      if value == "COLORRANGE=FULL" { range = .full }
    default: break
    }
    return true
  }
}

extension RawFraming {
  private static let layouts: [FrameLayout] = [
    .yuyv, .uyvy, .yvyu, .nv12, .nv21, .planar420, .planar422, .planar444, .rgb, .bgr, .grey,
  ]

  /// The formats that raw streams can have.
  package static var fourCCs: [String] { layouts.map { $0.fourCC } }

  /// Raw frames without headers; nil for a format that is none of `fourCCs`.
  package init?(fourCC: String, width: Int, height: Int) {
    guard let layout = Self.layouts.first(where: { $0.fourCC == fourCC }) else { return nil }
    self.init(layout: layout, width: width, height: height)
  }
}
