// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Turns frames into pictures of red, green, blue and a byte of zero, by the conversion of
/// docs/model-format.md (*Camera frames*). After the first frame of a size it allocates nothing.
package struct FrameConverter: ~Copyable {
  private let kernels: PixelKernels
  private var row = ScratchBuffer<UInt8>()

  /// - Parameter isa: what the machine runs; all give the same bytes.
  package init(isa: InstructionSet = .best) { kernels = PixelKernels(isa) }

  /// Converts a region of a frame, row by row.
  ///
  /// - Parameters:
  ///   - region: inside of the frame.
  ///   - output: `region.width * region.height * 4` bytes.
  /// - Throws: `invalidImage` when a size is out of range, a plane too short or the region outside of
  ///   the frame; `outOfMemory`.
  package mutating func convert(
    _ frame: FramePixels, _ region: FrameRegion, into output: UnsafeMutablePointer<UInt8>
  ) throws(RuntimeError) {
    try unsafe frame.check()
    guard unsafe region.isInside(width: frame.width, height: frame.height) else {
      throw .invalidImage(width: region.width, height: region.height)
    }
    let rowByteCount = unsafe region.width * FrameRows.step
    guard unsafe frame.layout.isYCbCr else {
      for y in 0..<region.height {
        unsafe expand(frame, region, y, into: output + y * rowByteCount)
      }
      return
    }
    try unsafe row.reserve(FrameRows.byteCount(region.width))
    guard
      let rows = unsafe FrameRows(
        frame, region: region, isBlueFirst: false, convert: kernels.frameRow)
    else { return }
    for y in 0..<region.height {
      let origin = unsafe rows.convert(y, 0..<region.width, into: row.base)
      unsafe memcpy(
        output + y * rowByteCount, row.base - origin * FrameRows.step, rowByteCount)
    }
  }

  /// One row of a layout without chroma. Frame and region are checked.
  private func expand(
    _ frame: FramePixels, _ region: FrameRegion, _ y: Int,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let isGrey = unsafe frame.layout == .grey
    let red = unsafe frame.layout == .bgr ? 2 : 0
    let plane = unsafe frame.planes[0]
    let step = isGrey ? 1 : 3
    let begin = unsafe (region.y + y) * plane.bytesPerRow + region.x * step
    for x in 0..<region.width {
      let pixel = begin + x * step
      let target = unsafe output + x * FrameRows.step
      unsafe target[0] = plane.bytes[pixel + (isGrey ? 0 : red)]
      unsafe target[1] = plane.bytes[pixel + (isGrey ? 0 : 1)]
      unsafe target[2] = plane.bytes[pixel + (isGrey ? 0 : 2 - red)]
      unsafe target[3] = 0
    }
  }
}
