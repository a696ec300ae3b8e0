// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The scalar twin of every convolution kernel: `acc[p][n] = bias[n] + sum over segments and k of
/// input * weight`, then the output stage, for the pixels and weight blocks of the ranges.
package enum ConvolutionReference {
  /// Reads and writes what `swiftlet_convolution` says; the verifier and the planner prove bounds.
  package static func run(
    _ convolution: UnsafePointer<swiftlet_convolution>, pixelBegin: Int, pixelEnd: Int,
    blockBegin: Int, blockEnd: Int
  ) {
    let c = unsafe convolution.pointee
    let block = Int(SWIFTLET_BLOCK)
    let channelEnd = unsafe min(blockEnd * block, c.output_channels)
    for pixel in pixelBegin..<max(pixelBegin, pixelEnd) {
      for n in min(blockBegin * block, channelEnd)..<channelEnd {
        let acc = unsafe accumulate(c, pixel: pixel, channel: n)
        let at = unsafe pixel * c.output_stride + n
        if let real = unsafe c.output_float {
          unsafe real[at] = Float(acc) * c.requantization.multiplier[n]
        } else {
          unsafe c.output?[at] = c.requantization.byte(acc, channel: n)
        }
      }
    }
  }

  private static func accumulate(
    _ c: swiftlet_convolution, pixel: Int, channel n: Int
  ) -> Int32 {
    let block = Int(SWIFTLET_BLOCK)
    let group = Int(SWIFTLET_GROUP)
    let window =
      unsafe c.input
      + pixel / c.output_width * c.row_stride + pixel % c.output_width * c.column_stride
    let segmentBytes = unsafe c.k_groups * block * group
    let weights = unsafe c.weights + n / block * c.segment_count * segmentBytes + n % block * group
    var acc = unsafe c.requantization.bias[n]
    for s in unsafe 0..<c.segment_count {
      let input = unsafe window + Int(c.segment_offsets[s])
      for k in unsafe 0..<c.k_groups * group {
        let weight = unsafe weights[s * segmentBytes + k / group * block * group + k % group]
        acc += unsafe Int32(input[k]) * Int32(weight)
      }
    }
    return acc
  }
}
