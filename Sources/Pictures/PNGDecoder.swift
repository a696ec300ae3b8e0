// SPDX-License-Identifier: Apache-2.0
import CPNG
import Runtime

/// PNG by libpng: any bit depth, palette, alpha and interlacing, to 8 bits a channel.
///
/// 16-bit channels are rounded to the nearest 8-bit value; transparent pixels keep their colour.
enum PNGDecoder {
  static func decode(_ file: [UInt8]) throws(PictureError.Reason) -> Image {
    let chunks = try PNGChunks(file)
    let orientation = chunks.exif.map { Orientation(tiff: $0) } ?? .upright
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // The image keeps the pointer between the two calls.
    let result = chunks.bytes.withUnsafeBytes {
      source -> Result<(PixelFormat, [UInt8]), PictureError.Reason> in
      do throws(PictureError.Reason) {
        guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0
        else { throw failure(image) }
        try Pictures.check(width: Int(image.width), height: Int(image.height))
        return .success(try finish(&image))
      } catch {
        return .failure(error)
      }
    }
    let (format, pixels) = try result.get()
    return orientation.apply(
      width: Int(image.width), height: Int(image.height), format: format, pixels: pixels)
  }

  /// Reads the rows behind a header.
  private static func finish(
    _ image: inout png_image
  ) throws(PictureError.Reason) -> (PixelFormat, [UInt8]) {
    let hasAlpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
    let hasColour = image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
    let format: PixelFormat = hasAlpha ? .rgba : hasColour ? .rgb : .grey
    image.format =
      switch format {
      case .rgba: UInt32(PNG_FORMAT_FLAG_COLOR) | UInt32(PNG_FORMAT_FLAG_ALPHA)
      case .grey: 0
      default: UInt32(PNG_FORMAT_FLAG_COLOR)
      }
    // Without it, 16-bit channels would be taken for linear light.
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let count = Int(image.width) * Int(image.height) * format.byteCount
    var status: Int32 = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      status = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil)
      // What a failed call leaves unwritten is never looked at.
      initializedCount = count
    }
    guard status != 0 else { throw failure(image) }
    return (format, pixels)
  }

  /// What went wrong in the last call.
  private static func failure(_ image: png_image) -> PictureError.Reason {
    let message = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if message.contains("emory") { return .outOfMemory }
    if message.contains("ot enough") || message.contains("beyond end") { return .truncated }
    return .damaged(message)
  }
}
