// SPDX-License-Identifier: Apache-2.0

/// Sizes of a convolution's weights in the file: docs/model-format.md, *Convolution*.
///
/// All in 64 bits, so that no field of a hostile file overflows them on a 32-bit board.
package struct ConvolutionLayout: Sendable {
  package let groups: Int64
  package let inputChannels: Int64
  /// Output channels of one group.
  package let outputChannels: Int64
  /// Weight blocks of one group.
  package let blocks: Int64
  package let segmentCount: Int64
  /// Input bytes of one segment.
  package let segmentLength: Int64

  package init(_ node: NodeRecord, inputChannels: Int, outputChannels: Int) {
    groups = Int64(node.groups)
    self.inputChannels = Int64(inputChannels) / groups
    self.outputChannels = Int64(outputChannels) / groups
    blocks = (self.outputChannels + 15) / 16
    let (height, width) = (Int64(node.kernelHeight), Int64(node.kernelWidth))
    if node.groups == 1 && node.dilationX == 1 {
      segmentCount = height
      segmentLength = width * self.inputChannels
    } else {
      segmentCount = height * width
      segmentLength = self.inputChannels
    }
  }

  /// The segment's length rounded up to whole pairs of groups of four.
  package var paddedLength: Int64 {
    let multiple = Int64(ModelFormat.segmentMultiple)
    return (segmentLength + multiple - 1) / multiple * multiple
  }
  package var kGroups: Int64 { paddedLength / 4 }
  /// Weights that one output channel sums over, padding included; nil where it overflows.
  package var weightsPerChannel: Int64? {
    let (count, overflow) = segmentCount.multipliedReportingOverflow(by: paddedLength)
    return overflow ? nil : count
  }
  /// Bytes of one weight block.
  package var blockByteCount: Int64? {
    guard let count = weightsPerChannel else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 16)
    return overflow ? nil : bytes
  }
  package var weightByteCount: Int64? {
    guard let block = blockByteCount else { return nil }
    let (bytes, overflow) = block.multipliedReportingOverflow(by: groups * blocks)
    return overflow ? nil : bytes
  }
  /// Entries of bias and multiplier.
  package var channelEntries: Int64 { groups * blocks * 16 }

  /// Where a segment starts in the input, in bytes from its window's first byte, when a row of the
  /// (padded) input holds `rowByteCount` bytes and a pixel `pixelByteCount`.
  package func segmentOffset(
    _ segment: Int, node: NodeRecord, rowByteCount: Int, pixelByteCount: Int
  ) -> Int {
    if node.groups == 1 && node.dilationX == 1 {
      return segment * node.dilationY * rowByteCount
    }
    let (y, x) = (segment / node.kernelWidth, segment % node.kernelWidth)
    return y * node.dilationY * rowByteCount + x * node.dilationX * pixelByteCount
  }
}
