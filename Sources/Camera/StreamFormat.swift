// SPDX-License-Identifier: Apache-2.0

/// The matrix between Y'CbCr and R'G'B'.
public enum ColourMatrix: UInt8, Sendable {
  /// ITU-R BT.601.
  case bt601
  /// ITU-R BT.709.
  case bt709
}

/// What sample values mean black and white.
public enum ColourRange: UInt8, Sendable {
  /// Y' 16...235, Cb and Cr 16...240.
  case limited
  /// 0...255.
  case full
}

/// What a camera agreed to send.
public struct StreamFormat: Sendable, Equatable {
  public var fourCC: FourCC
  /// In pixels.
  public var width: Int
  public var height: Int
  public var matrix: ColourMatrix
  public var range: ColourRange
  /// Memory planes: 1, or up to 3 with the multi-planar interface.
  public var planeCount: Int
  /// From one row to the next, for each memory plane; 0 where it has no meaning (JPEG).
  public var bytesPerRow: InlineArray<3, Int>
  /// The size of each plane's buffer.
  public var bufferByteCount: InlineArray<3, Int>
  /// Frames a second; 0 when the driver does not say.
  public var rate: Double

  public static func == (lhs: StreamFormat, rhs: StreamFormat) -> Bool {
    guard
      lhs.fourCC == rhs.fourCC && lhs.width == rhs.width && lhs.height == rhs.height
        && lhs.matrix == rhs.matrix && lhs.range == rhs.range && lhs.rate == rhs.rate
        && lhs.planeCount == rhs.planeCount
    else { return false }
    for plane in 0..<3 {
      if lhs.bytesPerRow[plane] != rhs.bytesPerRow[plane] { return false }
      if lhs.bufferByteCount[plane] != rhs.bufferByteCount[plane] { return false }
    }
    return true
  }
}
