// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The order of a convolution's constants in the file; docs/model-format.md, *Convolution*.
package struct BlockLayout: Sendable {
  let segmentCount: Int
  /// Real inputs of one segment.
  let segmentLength: Int
  /// The same, rounded up to whole pairs of groups of four.
  let paddedLength: Int
  let groups: Int
  /// Output channels of one group.
  let groupChannels: Int
  /// Weight blocks of one group.
  let groupBlocks: Int

  /// - Parameters:
  ///   - record: a convolution with its kernel, dilation and groups.
  ///   - inputChannels: of the whole tensor, as are the output channels.
  package init(_ record: NodeRecord, inputChannels: Int, outputChannels: Int) {
    groups = record.groups
    groupChannels = outputChannels / groups
    groupBlocks = Self.blocks(groupChannels)
    let length = inputChannels / groups
    if groups == 1 && record.dilationX == 1 {
      segmentCount = record.kernelHeight
      segmentLength = record.kernelWidth * length
    } else {
      segmentCount = record.kernelHeight * record.kernelWidth
      segmentLength = length
    }
    let multiple = ModelFormat.segmentMultiple
    paddedLength = (segmentLength + multiple - 1) / multiple * multiple
  }

  static func blocks(_ channels: Int) -> Int {
    (channels + ModelFormat.blockChannels - 1) / ModelFormat.blockChannels
  }

  /// Bytes of one weight block.
  package var blockByteCount: Int {
    segmentCount * paddedLength * ModelFormat.blockChannels
  }
  package var blockCount: Int { groups * groupBlocks }
  /// Real weights of one output channel.
  var channelLength: Int { segmentCount * segmentLength }

  /// `[groups][blocks][segments][K / 4][16][4]` from `[outputs][segments][inputs]`.
  package func weights(_ plain: [Int8]) -> [Int8] {
    var result = [Int8](repeating: 0, count: blockCount * blockByteCount)
    for channel in 0..<groups * groupChannels {
      let (block, lane) = position(of: channel)
      for segment in 0..<segmentCount {
        let source = channel * channelLength + segment * segmentLength
        let base = block * blockByteCount + segment * paddedLength * ModelFormat.blockChannels
        for k in 0..<segmentLength {
          result[base + (k / 4 * ModelFormat.blockChannels + lane) * 4 + k % 4] = plain[source + k]
        }
      }
    }
    return result
  }

  /// One entry a channel, spread over whole blocks, zero between.
  package func channels<T: FixedWidthInteger>(_ plain: [T]) -> [T] {
    var result = [T](repeating: 0, count: blockCount * ModelFormat.blockChannels)
    for (channel, value) in plain.enumerated() {
      let (block, lane) = position(of: channel)
      result[block * ModelFormat.blockChannels + lane] = value
    }
    return result
  }

  /// The block of an output channel and its place there.
  package func position(of channel: Int) -> (block: Int, lane: Int) {
    let (group, inner) = (channel / groupChannels, channel % groupChannels)
    let block = group * groupBlocks + inner / ModelFormat.blockChannels
    return (block, inner % ModelFormat.blockChannels)
  }
}

/// The order of a depthwise convolution's constants; docs/model-format.md, *Depthwise*.
package enum DepthwiseLayout {
  /// `[blocks][taps][16]` from `[channels][taps]`.
  package static func weights(_ plain: [Int8], channels: Int) -> [Int8] {
    let taps = plain.count / channels
    let width = ModelFormat.blockChannels
    var result = [Int8](repeating: 0, count: BlockLayout.blocks(channels) * taps * width)
    for channel in 0..<channels {
      for tap in 0..<taps {
        let block = channel / width * taps + tap
        result[block * width + channel % width] = plain[channel * taps + tap]
      }
    }
    return result
  }

  /// One entry a channel, zero behind the last.
  package static func channels<T: FixedWidthInteger>(_ plain: [T]) -> [T] {
    let padding = BlockLayout.blocks(plain.count) * ModelFormat.blockChannels - plain.count
    return plain + [T](repeating: 0, count: padding)
  }
}
