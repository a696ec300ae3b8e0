// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The scalar twins of the pool kernels, for the output rows of the range.
package enum PoolReference {
  /// `q = clamp(roundHalfEven(float(sum of (x - zero) over the taps inside) * multiplier /
  /// float(divisor)) + zeroPoint, lower, upper)`: one product, one quotient, each rounded once.
  package static func average(_ pool: UnsafePointer<swiftlet_pool>, rowBegin: Int, rowEnd: Int) {
    let p = unsafe pool.pointee
    for y in rowBegin..<max(rowBegin, rowEnd) {
      for x in unsafe 0..<p.output_width {
        let taps = unsafe PoolWindow(p, y: y, x: x)
        for n in unsafe 0..<p.channels {
          var sum: Int32 = 0
          for row in taps.rows {
            for column in taps.columns {
              sum += unsafe Int32(p.input[(row * p.input_width + column) * p.channels + n])
              unsafe sum -= p.input_zero
            }
          }
          let mean = unsafe Float(sum) * p.multiplier / Float(taps.divisor)
          unsafe p.output[(y * p.output_width + x) * p.channels + n] = clampedByte(
            Int32(mean.rounded(.toNearestOrEven)), zeroPoint: p.zero_point, lower: p.lower,
            upper: p.upper)
        }
      }
    }
  }

  /// `q = clamp(maximum over the taps inside, lower, upper)`.
  package static func maximum(_ pool: UnsafePointer<swiftlet_pool>, rowBegin: Int, rowEnd: Int) {
    let p = unsafe pool.pointee
    for y in rowBegin..<max(rowBegin, rowEnd) {
      for x in unsafe 0..<p.output_width {
        let taps = unsafe PoolWindow(p, y: y, x: x)
        for n in unsafe 0..<p.channels {
          var largest: UInt8 = 0
          for row in taps.rows {
            for column in taps.columns {
              largest = unsafe max(
                largest, p.input[(row * p.input_width + column) * p.channels + n])
            }
          }
          unsafe p.output[(y * p.output_width + x) * p.channels + n] = clampedByte(
            Int32(largest), zeroPoint: 0, lower: p.lower, upper: p.upper)
        }
      }
    }
  }
}

/// The taps inside of the picture of one pool window, and what an average divides by.
struct PoolWindow {
  let rows: Range<Int>
  let columns: Range<Int>
  /// The taps inside of the picture, or, with `counts_padding`, inside of the padded picture;
  /// at least 1.
  let divisor: Int

  init(_ p: swiftlet_pool, y: Int, x: Int) {
    let top = unsafe y * p.stride_y - p.pad_top
    let left = unsafe x * p.stride_x - p.pad_left
    let bottom = unsafe top + p.kernel_height
    let right = unsafe left + p.kernel_width
    rows = unsafe max(top, 0)..<max(min(bottom, p.input_height), max(top, 0))
    columns = unsafe max(left, 0)..<max(min(right, p.input_width), max(left, 0))
    if unsafe p.counts_padding != 0 {
      let height = unsafe min(bottom, p.input_height + p.pad_bottom) - top
      let width = unsafe min(right, p.input_width + p.pad_right) - left
      divisor = max(height * width, 1)
    } else {
      divisor = max(rows.count * columns.count, 1)
    }
  }
}
