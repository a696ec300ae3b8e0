// SPDX-License-Identifier: Apache-2.0

/// How the samples of a frame lie in memory.
public enum FrameLayout: UInt8, Sendable {
  /// One plane of three bytes a pixel.
  case rgb, bgr
  /// One plane of one byte a pixel.
  case grey
  /// One plane, 4:2:2: two pixels in four bytes.
  case yuyv, uyvy, yvyu
  /// A plane of Y', and one of interleaved Cb Cr (NV12) or Cr Cb (NV21), 4:2:0.
  case nv12, nv21
  /// Three planes: Y', Cb, Cr.
  case planar420, planar422, planar444
}

/// The matrix from Y'CbCr to R'G'B'.
public enum FrameMatrix: UInt8, Sendable { case bt601, bt709 }

/// What sample values mean black and white: 16...235 (and 16...240 for Cb, Cr), or 0...255.
public enum FrameRange: UInt8, Sendable { case limited, full }

/// The part of a frame that is looked at, in pixels.
public struct FrameRegion: Sendable, Equatable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

/// One frame in borrowed memory. Whoever makes one vouches that the memory stays valid while it is
/// in use; the sizes are checked before anything is read.
@unsafe public struct FramePixels {
  /// One plane of samples.
  @unsafe public struct Plane {
    public var bytes: UnsafeRawBufferPointer
    /// From one row to the next.
    public var bytesPerRow: Int

    public init(bytes: UnsafeRawBufferPointer, bytesPerRow: Int) {
      unsafe self.bytes = unsafe bytes
      unsafe self.bytesPerRow = bytesPerRow
    }
  }

  public var layout: FrameLayout
  /// In pixels.
  public var width: Int
  public var height: Int
  public var matrix = FrameMatrix.bt601
  public var range = FrameRange.limited
  /// As many as the layout has; the others are empty.
  public var planes: InlineArray<3, Plane>

  public init(
    layout: FrameLayout, width: Int, height: Int, matrix: FrameMatrix, range: FrameRange,
    planes: InlineArray<3, Plane>
  ) {
    unsafe self.layout = layout
    unsafe self.width = width
    unsafe self.height = height
    unsafe self.matrix = matrix
    unsafe self.range = range
    unsafe self.planes = unsafe planes
  }
}
