// SPDX-License-Identifier: Apache-2.0

/// One frame in borrowed memory. Whoever makes one vouches that the memory stays valid while it is
/// in use; the sizes are checked before anything is read.
@unsafe public struct FramePixels {
  /// One plane of samples.
  @unsafe public struct Plane {
    public var bytes: UnsafeRawBufferPointer
    /// From one row to the next, at least the bytes of a row; the last row needs no padding.
    public var bytesPerRow: Int

    public init(bytes: UnsafeRawBufferPointer, bytesPerRow: Int) {
      unsafe self.bytes = unsafe bytes
      unsafe self.bytesPerRow = bytesPerRow
    }

    /// No bytes at all.
    public static var empty: Plane {
      unsafe Plane(bytes: UnsafeRawBufferPointer(start: nil, count: 0), bytesPerRow: 0)
    }
  }

  public var layout: FrameLayout
  /// In pixels, 1...65,535.
  public var width: Int
  public var height: Int
  /// These two mean nothing to the layouts without chroma.
  public var matrix = FrameMatrix.bt601
  public var range = FrameRange.limited
  /// As many as the layout has; the others are not looked at.
  public var planes: InlineArray<3, Plane>

  public init(
    layout: FrameLayout, width: Int, height: Int, matrix: FrameMatrix = .bt601,
    range: FrameRange = .limited, planes: InlineArray<3, Plane>
  ) {
    unsafe self.layout = layout
    unsafe self.width = width
    unsafe self.height = height
    unsafe self.matrix = matrix
    unsafe self.range = range
    unsafe self.planes = unsafe planes
  }

  /// A frame whose planes follow each other without gaps, as V4L2's single-planar formats have them:
  /// chroma planes of NV12 and NV21 have the same bytes per row as Y', those of 4:2:0 and 4:2:2 half
  /// of them, rounded up.
  public init(
    layout: FrameLayout, width: Int, height: Int, matrix: FrameMatrix = .bt601,
    range: FrameRange = .limited, bytes: UnsafeRawBufferPointer, bytesPerRow: Int
  ) {
    unsafe self.init(
      layout: layout, width: width, height: height, matrix: matrix, range: range,
      planes: [.empty, .empty, .empty])
    let columns = min(max(width, 0), Preprocessor.maximumSide)
    let lines = min(max(height, 0), Preprocessor.maximumSide)
    var rest = unsafe bytes
    for plane in 0..<layout.planeCount {
      let halves = plane > 0 && (layout == .planar420 || layout == .planar422)
      let stride = halves ? bytesPerRow / 2 + bytesPerRow % 2 : bytesPerRow
      unsafe planes[plane] = Plane(bytes: rest, bytesPerRow: stride)
      let rows = layout.planeSize(plane, width: columns, height: lines).rows
      let (byteCount, overflow) = stride.multipliedReportingOverflow(by: rows)
      let skipped = overflow ? rest.count : min(max(byteCount, 0), rest.count)
      unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest[skipped...])
    }
  }

  /// Whether the sizes are in range and every plane holds all rows of the frame.
  package var isValid: Bool {
    var isValid = unsafe hasValidSize
    var plane = 0
    while unsafe isValid && plane < layout.planeCount {
      isValid = unsafe holds(plane)
      plane += 1
    }
    return isValid
  }

  /// - Throws: `invalidImage`, unless `isValid`.
  func check() throws(RuntimeError) {
    guard unsafe isValid else { throw unsafe .invalidImage(width: width, height: height) }
  }

  private var hasValidSize: Bool {
    let sides = 1...Preprocessor.maximumSide
    return unsafe sides.contains(width) && sides.contains(height)
  }

  /// Whether a plane's memory holds its rows. The frame has a valid size.
  private func holds(_ index: Int) -> Bool {
    let size = unsafe layout.planeSize(index, width: width, height: height)
    let plane = unsafe planes[index]
    let (before, overflow) = unsafe (size.rows - 1).multipliedReportingOverflow(
      by: plane.bytesPerRow)
    return unsafe plane.bytesPerRow >= size.rowByteCount && !overflow
      && plane.bytes.count >= size.rowByteCount && before <= plane.bytes.count - size.rowByteCount
  }
}
