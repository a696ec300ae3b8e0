// SPDX-License-Identifier: Apache-2.0
import CKernels

/// A group of nodes by bands of rows. Each thread has its own rows and buffers: a ring of rows that
/// the depthwise convolution reads, and the band that it writes. No thread waits for another one.
///
/// Whoever makes one vouches that the parts' addresses are those of the first thread's buffers, that
/// every thread has as many bytes behind them, and that the result overlaps no input of the group.
@unsafe struct FusedStep: BitwiseCopyable {
  /// Writes the ring; none if the depthwise convolution reads a whole activation.
  var expand: ConvolutionStep?
  var depthwise: DepthwiseStep
  var project: ConvolutionStep
  /// Adds to the product, in place.
  var add: AddStep?
  var padTop: Int
  var ringRows: Int
  var bandRows: Int
  /// Bytes from one thread's buffers to the next one's.
  var scratchStride: Int

  func run(_ share: Share) {
    let operation = unsafe depthwise.depthwise
    // Kernels compute rows in twos.
    let rows = unsafe share.part(of: Int(operation.output_height), granule: 2)
    let shift = unsafe share.thread &* scratchStride
    var expanded = unsafe inputRow(rows.lowerBound, operation)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let end = unsafe min(row &+ bandRows, rows.upperBound)
      let needed = unsafe inputRow(
        end &- 1, operation, behind: Int(operation.kernel_height))
      if let expand = unsafe expand, needed > expanded {
        unsafe fill(expanded..<needed, by: expand, shift)
        expanded = needed
      }
      unsafe compute(row..<end, shift)
      row = end
    }
  }

  /// The input row `behind` rows behind the first one that output row `row` reads, within the
  /// picture.
  private func inputRow(_ row: Int, _ operation: swiftlet_depthwise, behind: Int = 0) -> Int {
    let first = unsafe row &* Int(operation.stride_y) &- padTop &+ behind
    return unsafe min(max(first, 0), Int(operation.input_height))
  }

  /// Computes rows of the ring, in pieces that lie together.
  private func fill(_ rows: Range<Int>, by expand: ConvolutionStep, _ shift: Int) {
    let width = unsafe Int(depthwise.depthwise.input_width)
    let rowByteCount = unsafe width &* Int(depthwise.depthwise.channels)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let lap = unsafe row / ringRows &* ringRows
      let end = unsafe min(lap &+ ringRows, rows.upperBound)
      unsafe expand.run(
        row &* width..<end &* width, 0..<expand.unitCount, inputShift: 0,
        outputShift: shift &- lap &* rowByteCount)
      row = end
    }
  }

  /// Computes a band of the output from the ring.
  private func compute(_ rows: Range<Int>, _ shift: Int) {
    var operation = unsafe depthwise.depthwise
    let width = unsafe Int(operation.output_width)
    let band = unsafe shift &- rows.lowerBound &* width &* Int(operation.channels)
    if unsafe expand != nil { unsafe operation.input += shift }
    unsafe operation.output += band
    unsafe depthwise.kernel(
      &operation, rows.lowerBound, rows.upperBound, 0, depthwise.blockCount,
      depthwise.scratch.map { unsafe $0 + shift })
    let pixels = rows.lowerBound &* width..<rows.upperBound &* width
    unsafe project.run(pixels, 0..<project.unitCount, inputShift: band, outputShift: 0)
    if let add = unsafe add {
      let pixelByteCount = unsafe add.count / (width &* Int(operation.output_height))
      unsafe add.run(
        pixels.lowerBound &* pixelByteCount..<pixels.upperBound &* pixelByteCount)
    }
  }
}
