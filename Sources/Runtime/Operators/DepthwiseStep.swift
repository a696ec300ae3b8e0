// SPDX-License-Identifier: Apache-2.0
import CKernels

/// A depthwise convolution. Rows go by bands, so that the 16-channel blocks of a band find its
/// cache lines still near.
///
/// Whoever makes one vouches that the operation's addresses hold whole pictures and all blocks, and
/// that every thread has its scratch.
@unsafe struct DepthwiseStep: BitwiseCopyable {
  var depthwise: swiftlet_depthwise
  var kernel: swiftlet_depthwise_kernel
  var blockCount: Int
  var rowsPerBand: Int
  /// Scratch of the first thread, and from one thread's to the next, in bytes.
  var scratch: UnsafeMutableRawPointer?
  var scratchStride: Int
  /// Threads share the blocks rather than the rows.
  var splitsBlocks: Bool

  func run(_ share: Share) {
    let height = unsafe Int(depthwise.output_height)
    let rows = unsafe splitsBlocks ? 0..<height : share.part(of: height, granule: 4)
    // Kernels compute blocks in pairs, and rows in twos or fours.
    let blocks = unsafe splitsBlocks ? share.part(of: blockCount, granule: 2) : 0..<blockCount
    guard !blocks.isEmpty else { return }
    let own = unsafe scratch.map { unsafe $0 + share.thread &* scratchStride }
    var row = rows.lowerBound
    while row < rows.upperBound {
      let end = unsafe min(row &+ rowsPerBand, rows.upperBound)
      unsafe withUnsafePointer(to: depthwise) { operation in
        unsafe kernel(operation, row, end, blocks.lowerBound, blocks.upperBound, own)
      }
      row = end
    }
  }
}
