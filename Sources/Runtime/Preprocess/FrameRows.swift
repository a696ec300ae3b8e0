// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The rows of a Y'CbCr frame's region, converted one at a time.
///
/// Whoever makes one vouches that the frame is checked and the region inside of it.
@unsafe struct FrameRows {
  /// The conversion runs over whole groups of this many pixels where the row has them.
  static let group = 16

  /// A row's pixels in four bytes each: the three colours in the output's order, and zero.
  static let step = 4

  private let region: FrameRegion
  private let frameWidth: Int
  private let luma: Plane
  private let first: Plane
  private let second: Plane
  private let arrangement: SampleArrangement
  /// Without its pointers.
  private var row: swiftlet_frame_row
  private let convert: swiftlet_frame_row_kernel

  /// One kind of sample: where that of the frame's first pixel lies.
  @unsafe private struct Plane {
    let base: UnsafePointer<UInt8>
    let bytesPerRow: Int

    init?(_ plane: FramePixels.Plane, offset: Int) {
      guard let base = unsafe plane.bytes.baseAddress else { return nil }
      unsafe self.base = base.assumingMemoryBound(to: UInt8.self) + offset
      unsafe bytesPerRow = plane.bytesPerRow
    }

    func pointer(row: Int, column: Int) -> UnsafePointer<UInt8> {
      unsafe base + (row * bytesPerRow + column)
    }
  }

  /// - Parameter isBlueFirst: whether the colours come in the order blue, green, red.
  init?(
    _ frame: FramePixels, region: FrameRegion, isBlueFirst: Bool,
    convert: swiftlet_frame_row_kernel
  ) {
    let samples = unsafe SampleArrangement(frame.layout)
    let (cb, cr) = (samples.cb, samples.cr)
    guard let luma = unsafe Plane(frame.planes[0], offset: samples.lumaOffset),
      let cbPlane = unsafe Plane(frame.planes[cb.plane], offset: cb.offset),
      let crPlane = unsafe Plane(frame.planes[cr.plane], offset: cr.offset)
    else { return nil }
    let colours = unsafe FrameColours(frame.matrix, frame.range)
    unsafe self.region = region
    unsafe frameWidth = frame.width
    unsafe self.luma = unsafe luma
    unsafe first = isBlueFirst ? cbPlane : crPlane
    unsafe second = isBlueFirst ? crPlane : cbPlane
    unsafe arrangement = samples
    unsafe row = swiftlet_frame_row(
      luma: luma.base, first: cbPlane.base, second: crPlane.base,
      luma_step: UInt8(samples.lumaStep), chroma_step: UInt8(samples.chromaStep),
      chroma_shift: UInt8(samples.columnShift), luma_zero: colours.zero,
      luma_weight: colours.luma,
      weights: isBlueFirst
        ? (colours.blueOfCb, colours.greenOfCb, colours.greenOfCr, colours.redOfCr)
        : (colours.redOfCr, colours.greenOfCr, colours.greenOfCb, colours.blueOfCb))
    unsafe self.convert = unsafe convert
  }

  /// Bytes that `convert` may write for `columnCount` columns.
  static func byteCount(_ columnCount: Int) -> Int { unsafe step * (columnCount + 1 + group) }

  /// Converts the columns `columns` of a row, both counted in the region, and some more.
  ///
  /// - Parameter output: `byteCount(columns.count)` bytes.
  /// - Returns: the column that `output` begins with.
  func convert(
    _ y: Int, _ columns: Range<Int>, into output: UnsafeMutablePointer<UInt8>
  ) -> Int {
    // Two pixels share their chroma, so that a group begins with an even one.
    let x = unsafe (region.x + columns.lowerBound) & ~1
    let wanted = unsafe region.x + columns.upperBound - x
    let groups = unsafe (wanted + Self.group - 1) / Self.group * Self.group
    let frameRow = unsafe region.y + y
    let chromaRow = unsafe frameRow >> arrangement.rowShift
    let chromaByte = unsafe (x >> arrangement.columnShift) * arrangement.chromaStep
    var row = unsafe self.row
    unsafe row.luma = luma.pointer(row: frameRow, column: x * arrangement.lumaStep)
    unsafe row.first = first.pointer(row: chromaRow, column: chromaByte)
    unsafe row.second = second.pointer(row: chromaRow, column: chromaByte)
    unsafe convert(&row, output, min(groups, frameWidth - x))
    return unsafe x - region.x
  }
}
