// SPDX-License-Identifier: Apache-2.0
import CTurboJPEG
import Runtime

/// JPEG by libjpeg-turbo: accurate DCT, smooth chroma upsampling, the same bytes on every machine.
enum JPEGDecoder {
  static let magic: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// A picture's header.
  private struct Header {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colourSpace: Int32 = 0
  }

  static func decode(_ bytes: [UInt8]) throws(PictureError.Reason) -> Image {
    guard let handle = tjInitDecompress() else { throw .outOfMemory }
    defer { tjDestroy(handle) }
    let header = try readHeader(handle, bytes)
    let width = Int(header.width)
    let height = Int(header.height)
    try Pictures.check(width: width, height: height)
    let orientation = Orientation(jpeg: bytes)
    switch TJCS(UInt32(header.colourSpace)) {
    case TJCS_GRAY:
      let pixels = try decompress(handle, bytes, header, TJPF_GRAY, channels: 1)
      return orientation.apply(width: width, height: height, format: .grey, pixels: pixels)
    case TJCS_CMYK, TJCS_YCCK:
      let inks = try decompress(handle, bytes, header, TJPF_CMYK, channels: 4)
      return orientation.apply(
        width: width, height: height, format: .rgb, pixels: colours(ofInks: inks))
    default:
      let pixels = try decompress(handle, bytes, header, TJPF_RGB, channels: 3)
      return orientation.apply(width: width, height: height, format: .rgb, pixels: pixels)
    }
  }

  private static func readHeader(
    _ handle: tjhandle, _ bytes: [UInt8]
  ) throws(PictureError.Reason) -> Header {
    var header = Header()
    let status = tjDecompressHeader3(
      handle, bytes, UInt(bytes.count), &header.width, &header.height, &header.subsampling,
      &header.colourSpace)
    if status != 0 {
      let reason = failure(handle)
      guard isHarmless(handle, reason, bytes), header.width > 0 else { throw reason }
    }
    return header
  }

  private static func decompress(
    _ handle: tjhandle, _ bytes: [UInt8], _ header: Header, _ format: TJPF, channels: Int
  ) throws(PictureError.Reason) -> [UInt8] {
    let count = Int(header.width) * Int(header.height) * channels
    // The scan limit stops files that decode for hours.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
    func run(_ flags: Int32) -> (pixels: [UInt8], status: Int32) {
      var status: Int32 = -1
      let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        status = tjDecompress2(
          handle, bytes, UInt(bytes.count), buffer.baseAddress, header.width, 0, header.height,
          Int32(format.rawValue), flags)
        // What a failed call leaves unwritten is never looked at.
        initializedCount = count
      }
      return (pixels, status)
    }
    // Stopping at the first warning ends a large picture that is cut short at once.
    var (pixels, status) = run(flags | TJFLAG_STOPONWARNING)
    if status != 0 {
      let reason = failure(handle)
      guard isHarmless(handle, reason, bytes) else { throw reason }
      (pixels, status) = run(flags)
      guard status == 0 || tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) else {
        throw failure(handle)
      }
    }
    return pixels
  }

  /// What went wrong in the last call.
  private static func failure(_ handle: tjhandle) -> PictureError.Reason {
    guard let text = tjGetErrorStr2(handle) else { return .damaged("unknown error") }
    let message = String(cString: text)
    if message.contains("remature end") { return .truncated }
    if message.contains("emory") { return .outOfMemory }
    return .damaged(message)
  }

  /// Whether the last call only warned of stray bytes between markers, which many cameras write, in
  /// a picture that has its end marker.
  private static func isHarmless(
    _ handle: tjhandle, _ reason: PictureError.Reason, _ bytes: [UInt8]
  ) -> Bool {
    guard tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue),
      case .damaged(let message) = reason, message.contains("extraneous bytes")
    else { return false }
    var index = bytes.count - 1
    while index > 0 {
      if bytes[index] == 0xD9 && bytes[index - 1] == 0xFF { return true }
      index -= 1
    }
    return false
  }

  /// RGB of the inks that a JPEG stores, inverted (255 is none), as Adobe's programs write them.
  private static func colours(ofInks inks: [UInt8]) -> [UInt8] {
    let count = inks.count / 4
    return [UInt8](unsafeUninitializedCapacity: count * 3) { buffer, initializedCount in
      for i in 0..<count {
        let key = UInt32(inks[i * 4 + 3])
        for channel in 0..<3 {
          // Rounds to nearest.
          let product = UInt32(inks[i * 4 + channel]) * key + 127
          buffer[i * 3 + channel] = UInt8(product / 255)
        }
      }
      initializedCount = count * 3
    }
  }
}
