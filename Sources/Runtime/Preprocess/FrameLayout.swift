// SPDX-License-Identifier: Apache-2.0

/// How the samples of a frame lie in memory. Where the chroma has half the resolution, an odd width
/// or height of the frame rounds up.
public enum FrameLayout: UInt8, Sendable, CaseIterable {
  /// One plane of three bytes a pixel.
  case rgb, bgr
  /// One plane of one byte a pixel, 0...255.
  case grey
  /// One plane, 4:2:2: two pixels in four bytes, named in their order: Y' Cb Y' Cr, and so on.
  case yuyv, uyvy, yvyu
  /// A plane of Y', and one of interleaved Cb Cr (NV12) or Cr Cb (NV21), 4:2:0.
  case nv12, nv21
  /// Three planes: Y', Cb, Cr.
  case planar420, planar422, planar444

  /// Planes of samples: 1...3.
  public var planeCount: Int {
    switch self {
    case .rgb, .bgr, .grey, .yuyv, .uyvy, .yvyu: 1
    case .nv12, .nv21: 2
    case .planar420, .planar422, .planar444: 3
    }
  }

  /// Whether there is chroma to convert.
  public var isYCbCr: Bool {
    switch self {
    case .rgb, .bgr, .grey: false
    default: true
    }
  }

  /// The bytes of a row, without padding, and the rows of one plane.
  ///
  /// - Parameters:
  ///   - plane: 0..<`planeCount`.
  ///   - width: of the frame, in pixels.
  ///   - height: of the frame, in pixels.
  public func planeSize(_ plane: Int, width: Int, height: Int) -> (rowByteCount: Int, rows: Int) {
    let halfWidth = (width + 1) / 2
    let halfHeight = (height + 1) / 2
    switch self {
    case .rgb, .bgr: return (3 * width, height)
    case .grey: return (width, height)
    case .yuyv, .uyvy, .yvyu: return (4 * halfWidth, height)
    case .nv12, .nv21: return plane == 0 ? (width, height) : (2 * halfWidth, halfHeight)
    case .planar420: return plane == 0 ? (width, height) : (halfWidth, halfHeight)
    case .planar422: return plane == 0 ? (width, height) : (halfWidth, height)
    case .planar444: return (width, height)
    }
  }
}

/// Where the samples of a Y'CbCr layout lie: `plane` and byte `offset` of the first one, and how far
/// the next one is.
struct SampleArrangement {
  var lumaOffset = 0
  var lumaStep = 1
  var chromaStep = 1
  /// Pixels x and rows y have their chroma at `x >> columnShift`, `y >> rowShift`.
  var columnShift = 1
  var rowShift = 0
  var cb = (plane: 1, offset: 0)
  var cr = (plane: 2, offset: 0)

  init(_ layout: FrameLayout) {
    switch layout {
    case .yuyv: setPacked(luma: 0, cb: 1, cr: 3)
    case .uyvy: setPacked(luma: 1, cb: 0, cr: 2)
    case .yvyu: setPacked(luma: 0, cb: 3, cr: 1)
    case .nv12: setSemiplanar(cb: 0, cr: 1)
    case .nv21: setSemiplanar(cb: 1, cr: 0)
    case .planar420: rowShift = 1
    case .planar444: columnShift = 0
    case .planar422, .rgb, .bgr, .grey: break
    }
  }

  private mutating func setPacked(luma: Int, cb: Int, cr: Int) {
    lumaOffset = luma
    lumaStep = 2
    chromaStep = 4
    self.cb = (0, cb)
    self.cr = (0, cr)
  }

  private mutating func setSemiplanar(cb: Int, cr: Int) {
    chromaStep = 2
    rowShift = 1
    self.cb = (1, cb)
    self.cr = (1, cr)
  }
}
