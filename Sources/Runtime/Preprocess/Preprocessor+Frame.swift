// SPDX-License-Identifier: Apache-2.0

extension Preprocessor {
  /// The size that a picture is scaled to before the crop: a picture may be made smaller beforehand,
  /// but not below it.
  ///
  /// - Parameters:
  ///   - width: in pixels, positive.
  ///   - height: in pixels, positive.
  package func scaledSize(width: Int, height: Int) -> (width: Int64, height: Int64) {
    let geometry = ResizeGeometry(
      record: record, width: width, height: height, inputWidth: self.width,
      inputHeight: self.height)
    return (geometry.columns.scaled, geometry.rows.scaled)
  }

  /// Prepares a camera's frame or a part of it, as docs/model-format.md (*Camera frames*) defines it.
  /// Only the rows and columns that the network sees are converted.
  ///
  /// - Parameters:
  ///   - frame: its memory must be valid; sizes are checked.
  ///   - region: what is looked at, inside of the frame; nil for all of it.
  ///   - output: `outputByteCount` bytes, NHWC.
  /// - Throws: `invalidImage` when a size is out of range, a plane too short or the region outside of
  ///   the frame; `outOfMemory`.
  package mutating func run(
    frame: FramePixels, region: FrameRegion? = nil, into output: UnsafeMutablePointer<UInt8>
  ) throws(RuntimeError) {
    try unsafe frame.check()
    let whole = unsafe FrameRegion(x: 0, y: 0, width: frame.width, height: frame.height)
    let region = region ?? whole
    guard region.isInside(width: whole.width, height: whole.height) else {
      throw .invalidImage(width: region.width, height: region.height)
    }
    let layout = unsafe frame.layout
    try plan(width: region.width, height: region.height, isGrey: layout == .grey)
    if layout.isYCbCr { try unsafe colourRow.reserve(FrameRows.byteCount(region.width)) }
    guard let source = unsafe rowSource(frame, region) else { return }
    unsafe resize(source, into: output)
  }

  /// The rows of a region. Frame and region are checked.
  private func rowSource(_ frame: FramePixels, _ region: FrameRegion) -> RowSource? {
    let format: PixelFormat
    switch unsafe frame.layout {
    case .rgb: format = .rgb
    case .bgr: format = .bgr
    case .grey: format = .grey
    default:
      let rows = unsafe FrameRows(
        frame, region: region, isBlueFirst: record.colourOrder == .bgr, convert: kernels.frameRow)
      return unsafe rows.map { unsafe .frame($0) }
    }
    let plane = unsafe frame.planes[0]
    guard let base = unsafe plane.bytes.baseAddress else { return nil }
    let skipped = unsafe region.y * plane.bytesPerRow + region.x * format.byteCount
    return unsafe .pixels(
      PixelRows(
        base: base.assumingMemoryBound(to: UInt8.self) + skipped,
        byteCount: plane.bytes.count - skipped, bytesPerRow: plane.bytesPerRow, format: format))
  }
}
