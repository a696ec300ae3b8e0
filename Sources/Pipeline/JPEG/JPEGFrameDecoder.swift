// SPDX-License-Identifier: Apache-2.0
import CPlatform
import CTurboJPEG
import Runtime

/// One decoded frame. Its memory is the decoder's, valid until the next frame.
package struct JPEGFrame {
  /// Y'CbCr planes as they are in the file (BT.601, full range), or red, green, blue.
  package var pixels: FramePixels
  /// The region that was asked for, in pixels of `pixels`.
  package var region: FrameRegion
  /// The size that the file says, before the reduction; in pixels.
  package var fullWidth: Int
  package var fullHeight: Int
  /// Eighths of the full size: 8, 4, 2 or 1.
  package var eighths: Int
}

/// Decodes a camera's JPEG frames by libjpeg-turbo: accurate DCT, chroma left as it is in the file,
/// Huffman tables of the standard (ITU-T T.81, annex K) where a frame brings none.
///
/// One decoder serves one thread at a time. After the first frame of a size it allocates nothing
/// itself; libjpeg-turbo takes its work memory anew for each frame.
package struct JPEGFrameDecoder: ~Copyable {
  /// A frame that claims more is refused.
  package static let maximumPixelCount = 1 << 26

  private var handle: tjhandle
  /// Whether the last frame failed: a handle keeps what a damaged frame said of Huffman tables.
  private var isTainted = false
  private var memory = JPEGBuffer()

  /// - Throws: `outOfMemory`.
  package init() throws(JPEGFrameError) {
    guard let handle = tjInitDecompress() else { throw .outOfMemory }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  /// Decodes one frame as small as the classifier's preprocessing allows: its scaled size is still
  /// covered.
  ///
  /// - Parameters:
  ///   - bytes: one JPEG file; bytes behind it are ignored.
  ///   - region: what is looked at, in pixels of the full frame; nil for all of it.
  /// - Throws: `damaged`, `truncated`, `unsupported`, `outOfMemory`; `invalidSize` when the region lies
  ///   outside of the frame.
  package mutating func decode(
    _ bytes: UnsafeRawBufferPointer, region: FrameRegion? = nil,
    for classifier: borrowing Classifier
  ) throws(JPEGFrameError) -> JPEGFrame {
    try decode(bytes, region: region) { classifier.scaledSize(width: $0, height: $1) }
  }

  /// The same for a preprocessor without a classifier.
  package mutating func decode(
    _ bytes: UnsafeRawBufferPointer, region: FrameRegion? = nil,
    covering preprocessor: borrowing Preprocessor
  ) throws(JPEGFrameError) -> JPEGFrame {
    try decode(bytes, region: region) { preprocessor.scaledSize(width: $0, height: $1) }
  }

  /// - Parameter scaledSize: of a region's width and height.
  private mutating func decode(
    _ bytes: UnsafeRawBufferPointer, region: FrameRegion?,
    scaledSize: (Int, Int) -> (width: Int64, height: Int64)
  ) throws(JPEGFrameError) -> JPEGFrame {
    let header = try readHeader(bytes)
    let part = region ?? header.whole
    guard part.isInside(width: Int(header.width), height: Int(header.height)) else {
      throw .invalidSize
    }
    let needed = scaledSize(part.width, part.height)
    let eighths = JPEGReduction.eighths(of: part, covering: needed)
    return try decode(bytes, header, part, eighths: eighths)
  }

  /// Decodes one frame at its full size, or at 4, 2 or 1 eighths of it, rounded up.
  /// - Throws: `damaged`, `truncated`, `unsupported`, `outOfMemory`.
  package mutating func decode(
    _ bytes: UnsafeRawBufferPointer, eighths: Int = 8
  ) throws(JPEGFrameError) -> JPEGFrame {
    precondition(JPEGReduction.choices.contains(eighths), "1, 2, 4 or 8 eighths")
    let header = try readHeader(bytes)
    return try decode(bytes, header, header.whole, eighths: eighths)
  }

  /// The size that a frame says, in pixels.
  /// - Throws: `damaged`, `truncated`, `unsupported`.
  package mutating func size(
    of bytes: UnsafeRawBufferPointer
  ) throws(JPEGFrameError) -> (width: Int, height: Int) {
    let header = try readHeader(bytes)
    return (Int(header.width), Int(header.height))
  }

  private mutating func readHeader(_ bytes: UnsafeRawBufferPointer) throws(JPEGFrameError)
    -> JPEGHeader
  {
    var header = JPEGHeader()
    try renew()
    guard let base = bytes.baseAddress else { throw .truncated }
    let status = tjDecompressHeader3(
      handle, base.assumingMemoryBound(to: UInt8.self), UInt(bytes.count), &header.width,
      &header.height, &header.subsampling, &header.colourSpace)
    if status != 0 && !(isWarning && header.width > 0) { throw failure() }
    guard header.width > 0, header.height > 0 else { throw .damaged }
    let pixelCount = Int(header.width) * Int(header.height)
    guard pixelCount <= Self.maximumPixelCount, !header.hasInks else { throw .unsupported }
    return header
  }

  private mutating func decode(
    _ bytes: UnsafeRawBufferPointer, _ header: JPEGHeader, _ region: FrameRegion, eighths: Int
  ) throws(JPEGFrameError) -> JPEGFrame {
    let width = JPEGReduction.reduced(Int(header.width), eighths)
    let height = JPEGReduction.reduced(Int(header.height), eighths)
    let layout = header.layout ?? .rgb
    let base = try memory.reserve(JPEGPlanes.byteCount(layout, width: width, height: height))
    let pixels = FramePixels(
      layout: layout, width: width, height: height, matrix: .bt601, range: .full,
      planes: JPEGPlanes.planes(base, layout, width: width, height: height))
    let status =
      header.layout == nil ? decodeColours(bytes, pixels, base) : decodePlanes(bytes, pixels)
    // A warning still fills all rows.
    if status != 0 && !isHarmless(bytes) { throw failure() }
    return JPEGFrame(
      pixels: pixels,
      region: JPEGReduction.reduced(region, eighths, width: width, height: height),
      fullWidth: Int(header.width), fullHeight: Int(header.height), eighths: eighths)
  }

  /// Takes a fresh handle after a frame that failed.
  private mutating func renew() throws(JPEGFrameError) {
    guard isTainted else { return }
    guard let fresh = tjInitDecompress() else { throw .outOfMemory }
    tjDestroy(handle)
    handle = fresh
    isTainted = false
  }

  private func decodePlanes(_ bytes: UnsafeRawBufferPointer, _ pixels: FramePixels) -> Int32 {
    var planes = JPEGPlanes(pixels)
    return withUnsafeMutablePointer(to: &planes) { planes in
      planes.pointee.withPointers { pointers, strides in
        tjDecompressToYUVPlanes(
          handle, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt(bytes.count),
          pointers, Int32(pixels.width), strides, Int32(pixels.height), TJFLAG_LIMITSCANS)
      }
    }
  }

  private func decodeColours(
    _ bytes: UnsafeRawBufferPointer, _ pixels: FramePixels, _ base: UnsafeMutablePointer<UInt8>
  ) -> Int32 {
    tjDecompress2(
      handle, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt(bytes.count), base,
      Int32(pixels.width), Int32(pixels.planes[0].bytesPerRow), Int32(pixels.height),
      Int32(TJPF_RGB.rawValue), TJFLAG_LIMITSCANS)
  }

  // MARK: - Errors

  /// Whether the last call did its work, but did not like something.
  private var isWarning: Bool { tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) }

  /// What libjpeg-turbo said of the last call that failed.
  package var message: String {
    guard let text = tjGetErrorStr2(handle) else { return "" }
    return String(cString: text)
  }

  private func says(_ words: StaticString) -> Bool {
    guard let text = tjGetErrorStr2(handle) else { return false }
    // A string literal ends with a zero byte.
    return strstr(text, UnsafeRawPointer(words.utf8Start).assumingMemoryBound(to: CChar.self))
      != nil
  }

  /// The error of the last call.
  private mutating func failure() -> JPEGFrameError {
    isTainted = true
    if says("remature end") { return .truncated }
    return says("emory") ? .outOfMemory : .damaged
  }

  /// Whether the last call only warned of stray bytes between markers, which many cameras write, in a
  /// frame that has its end marker.
  private func isHarmless(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isWarning, says("extraneous bytes") else { return false }
    var index = bytes.count - 1
    while index > 0 {
      if bytes[index] == 0xD9 && bytes[index - 1] == 0xFF { return true }
      index -= 1
    }
    return false
  }
}
