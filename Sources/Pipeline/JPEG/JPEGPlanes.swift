// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The planes of a frame as libjpeg-turbo takes them.
struct JPEGPlanes {
  private var pointers:
    (
      UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?
    )
  private var strides: (Int32, Int32, Int32) = (0, 0, 0)

  /// - Parameter region: nil for all of the frame; else it begins with a sample of every plane.
  init(_ frame: FramePixels, region: FrameRegion? = nil) {
    let x = region?.x ?? 0
    let y = region?.y ?? 0
    let halvesColumns = frame.layout == .planar420 || frame.layout == .planar422
    let halvesRows = frame.layout == .planar420
    func start(_ plane: Int) -> (UnsafeMutablePointer<UInt8>?, Int32) {
      guard plane < frame.layout.planeCount, let base = frame.planes[plane].bytes.baseAddress
      else { return (nil, 0) }
      let stride = frame.planes[plane].bytesPerRow
      let row = plane > 0 && halvesRows ? y / 2 : y
      let column = plane > 0 && halvesColumns ? x / 2 : x
      let bytes = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
      return (bytes + (row * stride + column), Int32(stride))
    }
    (pointers.0, strides.0) = start(0)
    (pointers.1, strides.1) = start(1)
    (pointers.2, strides.2) = start(2)
  }

  /// Calls `body` with three pointers and three strides.
  mutating func withPointers(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int32>) ->
      Int32
  ) -> Int32 {
    // The elements of a tuple of one type lie in a row.
    withUnsafeMutablePointer(to: &pointers) { pointers in
      withUnsafeMutablePointer(to: &strides) { strides in
        body(
          UnsafeMutableRawPointer(pointers).assumingMemoryBound(
            to: UnsafeMutablePointer<UInt8>?.self),
          UnsafeMutableRawPointer(strides).assumingMemoryBound(to: Int32.self))
      }
    }
  }

  /// The bytes of a plane's row, and the rows, that libjpeg-turbo writes: of Y' up to the end of a
  /// group that shares its chroma.
  private static func size(
    _ plane: Int, _ layout: FrameLayout, width: Int, height: Int
  ) -> (rowByteCount: Int, rows: Int) {
    let halvesColumns = layout == .planar420 || layout == .planar422
    return layout.planeSize(
      plane, width: halvesColumns ? width + width % 2 : width,
      height: layout == .planar420 ? height + height % 2 : height)
  }

  /// Bytes of `planes`.
  static func byteCount(_ layout: FrameLayout, width: Int, height: Int) -> Int {
    var byteCount = 0
    for plane in 0..<layout.planeCount {
      let size = size(plane, layout, width: width, height: height)
      byteCount += size.rowByteCount * size.rows
    }
    return byteCount
  }

  /// Planes that follow each other in `base`, with room for all that libjpeg-turbo writes.
  static func planes(
    _ base: UnsafeMutablePointer<UInt8>, _ layout: FrameLayout, width: Int, height: Int
  ) -> InlineArray<3, FramePixels.Plane> {
    var planes: InlineArray<3, FramePixels.Plane> = [.empty, .empty, .empty]
    var start = base
    for plane in 0..<layout.planeCount {
      let size = size(plane, layout, width: width, height: height)
      let byteCount = size.rowByteCount * size.rows
      planes[plane] = FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(start: start, count: byteCount),
        bytesPerRow: size.rowByteCount)
      start += byteCount
    }
    return planes
  }
}
