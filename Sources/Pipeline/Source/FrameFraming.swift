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

  /// The frame's content, over the same memory. Whether it is long enough is checked before it is
  /// read.
  func content(of frame: CameraFrame) -> PendingFrame.Content {
    switch self {
    case .jpeg: .jpeg(frame.planes[0])
    case .raw(let layout, let format): .pixels(Self.pixels(layout, format, frame))
    }
  }

  private static func pixels(
    _ layout: FrameLayout, _ format: StreamFormat, _ frame: CameraFrame
  ) -> FramePixels {
    let matrix: FrameMatrix = format.matrix == .bt709 ? .bt709 : .bt601
    let range: FrameRange = format.range == .full ? .full : .limited
    if format.planeCount == 1 {
      return FramePixels(
        layout: layout, width: format.width, height: format.height, matrix: matrix, range: range,
        bytes: frame.planes[0], bytesPerRow: format.bytesPerRow[0])
    }
    var planes: InlineArray<3, FramePixels.Plane> = [.empty, .empty, .empty]
    for plane in 0..<min(layout.planeCount, frame.planeCount) {
      planes[plane] = FramePixels.Plane(
        bytes: frame.planes[plane], bytesPerRow: format.bytesPerRow[plane])
    }
    return FramePixels(
      layout: layout, width: format.width, height: format.height, matrix: matrix, range: range,
      planes: planes)
  }
}
