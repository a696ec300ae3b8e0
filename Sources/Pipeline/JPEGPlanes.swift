// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The planes of a frame as libjpeg-turbo takes them.
struct JPEGPlanes {
  private var pointers: (
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
    withUnsafeMutablePointer(to: &pointers.0) { pointers in
      withUnsafeMutablePointer(to: &strides.0) { strides in body(pointers, strides) }
    }
  }

  /// Planes without gaps that follow each other in `base`.
  static func dense(
    _ base: UnsafeMutablePointer<UInt8>, _ layout: FrameLayout, width: Int, height: Int
  ) -> InlineArray<3, FramePixels.Plane> {
    var planes: InlineArray<3, FramePixels.Plane> = [.empty, .empty, .empty]
    var start = base
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      let byteCount = size.rowByteCount * size.rows
      planes[plane] = FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(start: start, count: byteCount),
        bytesPerRow: size.rowByteCount)
      start += byteCount
    }
    return planes
  }
}
