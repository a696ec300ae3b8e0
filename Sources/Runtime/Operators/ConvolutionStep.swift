// SPDX-License-Identifier: Apache-2.0
import CKernels

/// A run of neighbouring weight blocks of one group that one kernel computes.
///
/// Whoever makes one vouches that the operation's addresses hold all pixels and blocks of the run.
@unsafe struct ConvolutionRun: BitwiseCopyable {
  var convolution: swiftlet_convolution
  var kernel: swiftlet_convolution_kernel
  /// Counted within the group.
  var firstBlock: Int
  var blockCount: Int
  /// Counted over all groups: the unit that threads share.
  var firstUnit: Int
}

/// A convolution: first a copy of the input with its border where it needs one, then the products.
///
/// Whoever makes one vouches for `runCount` runs, each good for all `pixelCount` pixels.
@unsafe struct ConvolutionStep: BitwiseCopyable {
  var border: PadStep?
  var runs: UnsafePointer<ConvolutionRun>
  var runCount: Int
  var pixelCount: Int
  /// Pixels whose windows fit the first-level cache: they meet all blocks before the next ones.
  var pixelsPerChunk: Int
  var unitCount: Int
  /// Threads share the blocks rather than the pixels.
  var splitsBlocks: Bool

  func run(_ share: Share) {
    let pixels = unsafe splitsBlocks ? 0..<pixelCount : share.part(of: pixelCount, granule: 4)
    let units = unsafe splitsBlocks ? share.part(of: unitCount) : 0..<unitCount
    unsafe run(pixels, units, inputShift: 0, outputShift: 0)
  }

  /// Computes `pixels` with the input and the output as many bytes further on as the shifts say.
  /// Only outputs in u8 may be shifted.
  func run(_ pixels: Range<Int>, _ units: Range<Int>, inputShift: Int, outputShift: Int) {
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let end = unsafe min(pixel &+ pixelsPerChunk, pixels.upperBound)
      for index in unsafe 0..<runCount {
        var run = unsafe runs[index]
        unsafe run.convolution.input += inputShift
        if outputShift != 0 {
          unsafe run.convolution.output = run.convolution.output.map { unsafe $0 + outputShift }
        }
        unsafe self.run(run, units, pixel, end)
      }
      pixel = end
    }
  }

  @inline(__always)
  private func run(_ run: ConvolutionRun, _ units: Range<Int>, _ pixel: Int, _ pixelEnd: Int) {
    let first = unsafe max(units.lowerBound, run.firstUnit) &- run.firstUnit
    let last = unsafe min(units.upperBound, run.firstUnit &+ run.blockCount) &- run.firstUnit
    guard first < last else { return }
    unsafe withUnsafePointer(to: run.convolution) { convolution in
      // The planner sized the tables for exactly these pixels and blocks.
      unsafe run.kernel(
        convolution, pixel, pixelEnd, run.firstBlock &+ first, run.firstBlock &+ last)
    }
  }
}
