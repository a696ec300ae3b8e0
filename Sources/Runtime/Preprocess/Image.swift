// SPDX-License-Identifier: Apache-2.0

/// The order of the bytes of one pixel.
public enum PixelFormat: UInt8, Sendable {
  case rgb, bgr, rgba, bgra, grey

  /// Bytes of one pixel.
  public var byteCount: Int {
    switch self {
    case .rgb, .bgr: 3
    case .rgba, .bgra: 4
    case .grey: 1
    }
  }
}

/// A decoded picture that owns its pixels, 8 bits a channel, rows from top to bottom.
public struct Image: Sendable {
  public let width: Int
  public let height: Int
  public let format: PixelFormat
  /// From one row to the next, at least `width * format.byteCount`.
  public let bytesPerRow: Int
  public let pixels: [UInt8]

  /// - Precondition: the sizes are positive and `pixels` holds `height` rows.
  public init(
    width: Int, height: Int, format: PixelFormat, pixels: [UInt8], bytesPerRow: Int? = nil
  ) {
    let stride = bytesPerRow ?? width * format.byteCount
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    precondition(stride >= width * format.byteCount, "a row holds width * format.byteCount bytes")
    precondition(
      pixels.count >= (height - 1) * stride + width * format.byteCount,
      "the pixels fill the picture")
    self.width = width
    self.height = height
    self.format = format
    self.bytesPerRow = stride
    self.pixels = pixels
  }
}
