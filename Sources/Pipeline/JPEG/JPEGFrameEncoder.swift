// SPDX-License-Identifier: Apache-2.0
import CTurboJPEG
import Runtime

/// Makes JPEG files of frames or parts of them: planes of full-range BT.601 as they are, everything
/// else by way of red, green, blue.
///
/// One encoder serves one thread at a time. After the first frame of a size it allocates nothing
/// itself; libjpeg-turbo takes its work memory anew for each frame.
package struct JPEGFrameEncoder: ~Copyable {
  private let handle: tjhandle
  private var converter: FrameConverter
  private var colours = JPEGBuffer()
  private var file = JPEGBuffer()

  /// - Throws: `outOfMemory`.
  package init() throws(JPEGFrameError) {
    guard let handle = tjInitCompress() else { throw .outOfMemory }
    self.handle = handle
    converter = FrameConverter()
  }

  deinit { tjDestroy(handle) }

  /// Encodes a frame or a part of it.
  ///
  /// - Parameters:
  ///   - frame: its memory must be valid; sizes are checked.
  ///   - region: inside of the frame; nil for all of it.
  ///   - quality: 1...100.
  /// - Returns: a JPEG file in the encoder's memory, valid until the next one.
  /// - Throws: `invalidSize`, `outOfMemory`.
  package mutating func encode(
    _ frame: FramePixels, region: FrameRegion? = nil, quality: Int = 85
  ) throws(JPEGFrameError) -> UnsafeRawBufferPointer {
    let part = region ?? FrameRegion(x: 0, y: 0, width: frame.width, height: frame.height)
    guard frame.isValid, part.isInside(width: frame.width, height: frame.height) else {
      throw .invalidSize
    }
    let subsampling = Self.subsampling(frame.layout)
    let limit = tjBufSize(Int32(part.width), Int32(part.height), Int32(subsampling.rawValue))
    guard limit != UInt.max else { throw .invalidSize }
    var target: UnsafeMutablePointer<UInt8>? = try file.reserve(Int(limit))
    var byteCount = limit
    let quality = Int32(min(max(quality, 1), 100))
    var status: Int32 = 0
    if Self.hasFilePlanes(frame, part) {
      var planes = JPEGPlanes(frame, region: part)
      status = planes.withPointers { pointers, strides in
        // The function reads them only.
        pointers.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 3) { pointers in
          tjCompressFromYUVPlanes(
            handle, pointers, Int32(part.width), strides, Int32(part.height),
            Int32(subsampling.rawValue), &target, &byteCount, quality, TJFLAG_NOREALLOC)
        }
      }
    } else {
      let pixels = try colours.reserve(part.width * part.height * 4)
      do { try converter.convert(frame, part, into: pixels) } catch {
        if case .outOfMemory = error { throw .outOfMemory }
        throw .invalidSize
      }
      status = tjCompress2(
        handle, pixels, Int32(part.width), Int32(part.width * 4), Int32(part.height),
        Int32(TJPF_RGBX.rawValue), &target, &byteCount, Int32(subsampling.rawValue), quality,
        TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT)
    }
    // Nothing else can go wrong with checked sizes and a buffer of the worst case.
    guard status == 0 else { throw .outOfMemory }
    return UnsafeRawBufferPointer(start: target, count: Int(byteCount))
  }

  /// Whether the frame's planes are those of a file, from the region's first pixel on.
  private static func hasFilePlanes(_ frame: FramePixels, _ region: FrameRegion) -> Bool {
    let isFile = frame.range == .full && frame.matrix == .bt601
    // libjpeg-turbo reads Y' up to the end of a group that shares its chroma.
    let hasWholePairs = region.x % 2 == 0 && region.width % 2 == 0
    let hasWholeRows = region.y % 2 == 0 && region.height % 2 == 0
    switch frame.layout {
    case .grey: return true
    case .planar444: return isFile
    case .planar422: return isFile && hasWholePairs
    case .planar420: return isFile && hasWholePairs && hasWholeRows
    default: return false
    }
  }

  private static func subsampling(_ layout: FrameLayout) -> TJSAMP {
    switch layout {
    case .grey: TJSAMP_GRAY
    case .rgb, .bgr, .planar444: TJSAMP_444
    case .yuyv, .uyvy, .yvyu, .planar422: TJSAMP_422
    case .nv12, .nv21, .planar420: TJSAMP_420
    }
  }
}
