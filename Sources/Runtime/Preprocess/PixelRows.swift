// SPDX-License-Identifier: Apache-2.0

/// The rows of a picture in memory.
///
/// Whoever makes one vouches that `base` holds every row of the picture.
@unsafe struct PixelRows {
  /// The first pixel of the first row.
  let base: UnsafePointer<UInt8>
  /// Readable from `base`.
  let byteCount: Int
  let bytesPerRow: Int
  let format: PixelFormat

  /// Where red lies in a pixel, and blue at `2 - red`; green is always at 1.
  var red: Int { unsafe format == .bgr || format == .bgra ? 2 : 0 }
}

/// Where the rows that are resized come from.
@unsafe enum RowSource {
  case pixels(PixelRows)
  case frame(FrameRows)

  /// Whether the source has one channel.
  var isGrey: Bool {
    switch unsafe self {
    case .pixels(let pixels): unsafe pixels.format == .grey
    case .frame: false
    }
  }
}

/// A part of one row, ready to be resized.
@unsafe struct PixelRow {
  var pixels: UnsafePointer<UInt8>
  /// Readable from `pixels`.
  var byteCount: Int
  /// The column that `pixels` begins with.
  var origin: Int
  /// Bytes of a pixel.
  var step: Int
  /// Of colours: where the output's first channel lies in a pixel; the third lies at `2 - first`.
  var first: Int

  /// Turns the columns `columns` grey; the row's colours begin with red.
  func writeGrey(_ columns: Range<Int>, into output: UnsafeMutablePointer<UInt8>) {
    let red = unsafe first
    let step = unsafe step
    var pixel = unsafe pixels + (columns.lowerBound - origin) * step
    for i in 0..<columns.count {
      var sum: UInt32 = 32768
      unsafe sum &+= 19595 &* UInt32(pixel[red])
      unsafe sum &+= 38470 &* UInt32(pixel[1])
      unsafe sum &+= 7471 &* UInt32(pixel[2 &- red])
      unsafe output[i] = UInt8(truncatingIfNeeded: sum >> 16)
      unsafe pixel += step
    }
  }
}
