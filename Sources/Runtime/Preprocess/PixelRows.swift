// SPDX-License-Identifier: Apache-2.0

/// The rows of a picture in memory, and the horizontal half of a resize.
///
/// Whoever makes one vouches that `base` holds every row of the picture.
@unsafe struct PixelRows {
  let base: UnsafePointer<UInt8>
  let bytesPerRow: Int
  let format: PixelFormat
  /// Whether the output's channels are blue, green, red.
  let reversesColours: Bool

  /// Where red and blue lie in a pixel; green is always at 1.
  private var red: Int { unsafe format == .bgr || format == .bgra ? 2 : 0 }

  /// Resizes one row into the output columns `strip`, three channels a pixel. The format must have
  /// colours.
  func resizeColours(
    _ row: Int, _ strip: Range<Int>, columns: borrowing ResizeAxis,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let pixels = unsafe base + row * bytesPerRow
    let first = unsafe reversesColours ? 2 - red : red
    if unsafe format.byteCount == 3 {
      unsafe columns.resize(pixels, strip, step: 3, first: first, into: output)
    } else {
      unsafe columns.resize(pixels, strip, step: 4, first: first, into: output)
    }
  }

  /// Resizes one row into the output columns `strip`, one channel a pixel.
  ///
  /// - Parameters:
  ///   - inputs: the pixels that `strip` reads.
  ///   - scratch: a byte for each pixel of the row; nil when the picture is grey already.
  func resizeGrey(
    _ row: Int, _ strip: Range<Int>, of inputs: Range<Int>, columns: borrowing ResizeAxis,
    scratch: UnsafeMutablePointer<UInt8>?, into output: UnsafeMutablePointer<UInt8>
  ) {
    let pixels = unsafe base + row * bytesPerRow
    guard let scratch = unsafe scratch else {
      return unsafe columns.resize(pixels, strip, into: output)
    }
    let step = unsafe format.byteCount
    let red = unsafe red
    for x in inputs {
      let pixel = unsafe pixels + x * step
      var sum: UInt32 = 32768
      unsafe sum &+= 19595 &* UInt32(pixel[red])
      unsafe sum &+= 38470 &* UInt32(pixel[1])
      unsafe sum &+= 7471 &* UInt32(pixel[2 &- red])
      unsafe scratch[x] = UInt8(truncatingIfNeeded: sum >> 16)
    }
    unsafe columns.resize(scratch, strip, into: output)
  }
}

extension ResizeAxis {
  /// Sums up the three channels of the output pixels `strip`.
  ///
  /// - Parameters:
  ///   - step: bytes of an input pixel.
  ///   - first: where the output's first channel lies in it; the third lies at `2 - first`.
  @inline(__always)
  fileprivate func resize(
    _ pixels: UnsafePointer<UInt8>, _ strip: Range<Int>, step: Int, first: Int,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let taps = unsafe taps.base
    var weights = unsafe UnsafePointer(weights.base) + strip.lowerBound * maximumTapCount
    var output = unsafe output
    for x in strip {
      var pixel = unsafe pixels + Int(taps[x].start) &* step
      var sums = (Self.half, Self.half, Self.half)
      for tap in unsafe 0..<Int(taps[x].count) {
        let weight = unsafe weights[tap]
        unsafe sums.0 &+= weight &* Int32(pixel[first])
        unsafe sums.1 &+= weight &* Int32(pixel[1])
        unsafe sums.2 &+= weight &* Int32(pixel[2 &- first])
        unsafe pixel += step
      }
      unsafe output[0] = Self.byte(sums.0)
      unsafe output[1] = Self.byte(sums.1)
      unsafe output[2] = Self.byte(sums.2)
      unsafe output += 3
      unsafe weights += maximumTapCount
    }
  }

  /// Sums up the output pixels `strip` of one channel.
  fileprivate func resize(
    _ pixels: UnsafePointer<UInt8>, _ strip: Range<Int>,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let taps = unsafe taps.base
    var weights = unsafe UnsafePointer(weights.base) + strip.lowerBound * maximumTapCount
    for x in strip {
      let pixel = unsafe pixels + Int(taps[x].start)
      var sum = Self.half
      for tap in unsafe 0..<Int(taps[x].count) {
        unsafe sum &+= weights[tap] &* Int32(pixel[tap])
      }
      unsafe output[x - strip.lowerBound] = Self.byte(sum)
      unsafe weights += maximumTapCount
    }
  }

  /// The byte of a sum: shifted down, clamped. Weights are not negative, so neither is the sum.
  @inline(__always)
  static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(sum >> fractionBits, 255))
  }
}
