// SPDX-License-Identifier: Apache-2.0
import Camera
import Runtime

/// How a camera's buffers become frames.
enum FrameFraming {
  case jpeg
  /// Planes follow each other in fewer memory planes, or have one each.
  case raw(FrameLayout, StreamFormat)

  /// Nil for a format that has no conversion of its own.
  init?(_ format: StreamFormat) {
    switch format.fourCC {
    case .mjpg, .jpeg: self = .jpeg
    case .yuyv: self = .raw(.yuyv, format)
    case .uyvy: self = .raw(.uyvy, format)
    case .yvyu: self = .raw(.yvyu, format)
    case .nv12, .nv12Multiplanar: self = .raw(.nv12, format)
    case .nv21, .nv21Multiplanar: self = .raw(.nv21, format)
    case .yu12, .yu12Multiplanar: self = .raw(.planar420, format)
    case .rgb3: self = .raw(.rgb, format)
    case .bgr3: self = .raw(.bgr, format)
    case .grey: self = .raw(.grey, format)
    default: return nil
    }
  }

  /// The frame's content, over the same memory; nil when a plane is too short.
  func content(of frame: CameraFrame) -> PendingFrame.Content? {
    switch self {
    case .jpeg: .jpeg(frame.planes[0])
    case .raw(let layout, let format): Self.pixels(layout, format, frame).map { .pixels($0) }
    }
  }

  private static func pixels(
    _ layout: FrameLayout, _ format: StreamFormat, _ frame: CameraFrame
  ) -> FramePixels? {
    var planes = InlineArray<3, FramePixels.Plane>(
      repeating: FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(start: nil, count: 0), bytesPerRow: 0))
    var offset = 0
    for plane in 0..<layout.planeCount {
      let memory = format.planeCount == 1 ? 0 : plane
      guard memory < frame.planeCount else { return nil }
      // In one memory plane the chroma rows of planar 4:2:0 are half as far from each other.
      let divisor = format.planeCount == 1 && plane > 0 && layout == .planar420 ? 2 : 1
      let bytesPerRow = format.bytesPerRow[memory] / divisor
      let rows = plane > 0 && layout.halvesRows ? (format.height + 1) / 2 : format.height
      let bytes = frame.planes[memory]
      let start = format.planeCount == 1 ? offset : 0
      guard start <= bytes.count else { return nil }
      let end = min(start + bytesPerRow * rows, bytes.count)
      planes[plane] = FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), bytesPerRow: bytesPerRow)
      offset += bytesPerRow * rows
    }
    return FramePixels(
      layout: layout, width: format.width, height: format.height,
      matrix: format.matrix == .bt709 ? .bt709 : .bt601,
      range: format.range == .full ? .full : .limited, planes: planes)
  }
}

extension FrameLayout {
  var planeCount: Int {
    switch self {
    case .rgb, .bgr, .grey, .yuyv, .uyvy, .yvyu: 1
    case .nv12, .nv21: 2
    case .planar420, .planar422, .planar444: 3
    }
  }

  /// Whether chroma planes have half as many rows.
  var halvesRows: Bool { self == .nv12 || self == .nv21 || self == .planar420 }
}
