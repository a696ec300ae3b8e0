// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The scalar twin of every depthwise kernel, for the output rows and channel blocks of the ranges.
/// Taps outside of the picture read as the pad value.
package enum DepthwiseReference {
  /// Reads and writes what `swiftlet_depthwise` says; needs no scratch.
  package static func run(
    _ depthwise: UnsafePointer<swiftlet_depthwise>, rowBegin: Int, rowEnd: Int, blockBegin: Int,
    blockEnd: Int
  ) {
    let d = unsafe depthwise.pointee
    let block = Int(SWIFTLET_BLOCK)
    let channelEnd = unsafe min(blockEnd * block, d.channels)
    for y in rowBegin..<max(rowBegin, rowEnd) {
      for x in unsafe 0..<d.output_width {
        for n in min(blockBegin * block, channelEnd)..<channelEnd {
          let acc = unsafe accumulate(d, y: y, x: x, channel: n)
          unsafe d.output[(y * d.output_width + x) * d.channels + n] =
            d.requantization.byte(acc, channel: n)
        }
      }
    }
  }

  private static func accumulate(_ d: swiftlet_depthwise, y: Int, x: Int, channel n: Int) -> Int32 {
    let block = Int(SWIFTLET_BLOCK)
    let taps = unsafe d.kernel_height * d.kernel_width
    let weights = unsafe d.weights + n / block * taps * block + n % block
    var acc = unsafe d.requantization.bias[n]
    for tap in 0..<taps {
      let row = unsafe y * d.stride_y + tap / d.kernel_width - d.pad_top
      let column = unsafe x * d.stride_x + tap % d.kernel_width - d.pad_left
      let inside = unsafe row >= 0 && row < d.input_height && column >= 0 && column < d.input_width
      let place = unsafe d.input_ring > 0 ? row & (d.input_ring - 1) : row
      let at = unsafe (place * d.input_width + column) * d.channels + n
      let value = unsafe inside ? d.input[at] : d.pad_value
      acc += unsafe Int32(value) * Int32(weights[tap * block])
    }
    return acc
  }
}
