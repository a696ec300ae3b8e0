// SPDX-License-Identifier: Apache-2.0
import Runtime

/// What the frames of a stream of bytes look like.
package enum StreamFraming: Equatable {
  /// JPEG pictures, one after the other.
  case jpeg
  /// Frames of one size.
  case raw(RawFraming)
}

/// Raw frames, all of one size.
package struct RawFraming: Equatable {
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

  /// The bytes of a frame's planes, without gaps between rows.
  package var planeByteCounts: InlineArray<3, Int> {
    let halfWidth = (width + 1) / 2
    let halfHeight = (height + 1) / 2
    return switch layout {
    case .rgb, .bgr: [width * height * 3, 0, 0]
    case .grey: [width * height, 0, 0]
    case .yuyv, .uyvy, .yvyu: [halfWidth * 4 * height, 0, 0]
    case .nv12, .nv21: [width * height, halfWidth * 2 * halfHeight, 0]
    case .planar420: [width * height, halfWidth * halfHeight, halfWidth * halfHeight]
    case .planar422: [width * height, halfWidth * height, halfWidth * height]
    case .planar444: [width * height, width * height, width * height]
    }
  }

  package var frameByteCount: Int {
    let counts = planeByteCounts
    return counts[0] + counts[1] + counts[2]
  }

  /// From one row to the next of each plane.
  private var bytesPerRow: InlineArray<3, Int> {
    let halfWidth = (width + 1) / 2
    return switch layout {
    case .rgb, .bgr: [width * 3, 0, 0]
    case .grey: [width, 0, 0]
    case .yuyv, .uyvy, .yvyu: [halfWidth * 4, 0, 0]
    case .nv12, .nv21: [width, halfWidth * 2, 0]
    case .planar420, .planar422: [width, halfWidth, halfWidth]
    case .planar444: [width, width, width]
    }
  }

  /// The frame in `bytes`, which are at least `frameByteCount`.
  package func pixels(_ bytes: UnsafeRawBufferPointer) -> FramePixels {
    let counts = planeByteCounts
    let rows = bytesPerRow
    var offset = 0
    var planes = InlineArray<3, FramePixels.Plane>(
      repeating: FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(start: nil, count: 0), bytesPerRow: 0))
    for plane in 0..<3 {
      planes[plane] = FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + counts[plane]]),
        bytesPerRow: rows[plane])
      offset += counts[plane]
    }
    return FramePixels(
      layout: layout, width: width, height: height, matrix: matrix, range: range, planes: planes)
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
  package static var fourCCs: [String] { layouts.map(\.fourCC) }

  /// Raw frames without headers; nil for a format that is none of `fourCCs`.
  package init?(fourCC: String, width: Int, height: Int) {
    guard let layout = Self.layouts.first(where: { $0.fourCC == fourCC }) else { return nil }
    self.init(layout: layout, width: width, height: height)
  }
}
