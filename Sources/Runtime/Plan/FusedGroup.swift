// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Neighbouring nodes that run together, a band of rows at a time, so that the wide activations
/// between them stay in a small buffer of each thread: a convolution, the depthwise convolution
/// that alone reads it, the pointwise convolution that alone reads that, and an addition behind it.
package struct FusedGroup: Sendable {
  /// The convolution before the depthwise one; `depthwise` itself where there is none.
  package let first: Int
  package let depthwise: Int
  package let project: Int
  /// The addition, else `project`.
  package let last: Int
  /// Rows of the depthwise convolution's input that are kept, a power of two; 0 where it reads a
  /// whole activation.
  private(set) var ringRows = 0
  /// Rows of its output that are computed at a time.
  private(set) var bandRows = 0
  /// Bytes of one row of its input and of its output.
  private let inputRow: Int
  private let outputRow: Int
  /// Bytes that the kernel wants for itself.
  private let kernelByteCount: Int

  var hasExpansion: Bool { first < depthwise }
  var bandOffset: Int { ArenaLayout.rounded(ringRows * inputRow) }
  var kernelOffset: Int { bandOffset + ArenaLayout.rounded(bandRows * outputRow) }
  /// Scratch of one thread.
  var scratchByteCount: Int { kernelOffset + ArenaLayout.rounded(kernelByteCount) }

  /// Bytes that the buffers of a thread may take: a part of the smallest usual second-level cache.
  static let scratchTarget = 160 * 1024
  /// Activations of fewer bytes between the nodes stay in that cache anyway.
  static let worthwhileByteCount = 400 * 1024
  /// Each thread computes the rows that overlap its neighbour's once more: so many rows make up
  /// for it.
  static let rowsPerThread = 12

  /// The group around a depthwise convolution; nil if its neighbours do not fit.
  ///
  /// - Parameter uses: how many nodes read each tensor.
  init?(
    _ index: Int, _ nodes: [NodeRecord], _ tensors: [TensorRecord], uses: [Int],
    kernelByteCount: Int, scratchTarget: Int = FusedGroup.scratchTarget
  ) {
    let node = nodes[index]
    guard node.operation == .depthwise, index + 1 < nodes.count, uses[node.output] == 1,
      Self.isPointwise(nodes[index + 1], reading: node.output, tensors)
    else { return nil }
    let expands =
      index > 0 && nodes[index - 1].operation == .convolution
      && nodes[index - 1].output == node.input && uses[node.input] == 1
    first = expands ? index - 1 : index
    depthwise = index
    project = index + 1
    let product = nodes[project].output
    let adds =
      index + 2 < nodes.count && nodes[index + 2].operation == .add && uses[product] == 1
      && (nodes[index + 2].input == product) != (nodes[index + 2].secondInput == product)
    last = adds ? index + 2 : project
    inputRow = tensors[node.input].width * tensors[node.input].channels
    outputRow = tensors[node.output].width * tensors[node.output].channels
    self.kernelByteCount = kernelByteCount
    chooseRows(node, tensors[node.output].height, scratchTarget)
  }

  private static func isPointwise(
    _ node: NodeRecord, reading tensor: Int, _ tensors: [TensorRecord]
  ) -> Bool {
    node.operation == .convolution && node.input == tensor && node.kernelHeight == 1
      && node.kernelWidth == 1 && node.strideY == 1 && node.strideX == 1
      && node.padTop + node.padLeft + node.padBottom + node.padRight == 0
      && tensors[node.output].elementType == .uint8
  }

  /// The largest ring within the target, and as many rows as it serves, an even number because
  /// kernels compute two at a time.
  private mutating func chooseRows(_ node: NodeRecord, _ height: Int, _ target: Int) {
    guard hasExpansion else {
      bandRows = min(max(target / max(outputRow, 1) / 2 * 2, 2), max(height, 1))
      return
    }
    var ring = 1
    while ring < node.kernelHeight + node.strideY { ring *= 2 }
    setRows(ring, node, height)
    while bandRows < height {
      let smaller = self
      setRows(ringRows * 2, node, height)
      guard scratchByteCount <= target else {
        self = smaller
        return
      }
    }
  }

  private mutating func setRows(_ ring: Int, _ node: NodeRecord, _ height: Int) {
    let rows = (ring - node.kernelHeight) / node.strideY + 1
    ringRows = ring
    bandRows = min(rows / 2 * 2, max(height, 1))
  }

  /// Whether the group is expected to be faster than its nodes one by one.
  func isWorthwhile(_ nodes: [NodeRecord], _ tensors: [TensorRecord], threads: Int) -> Bool {
    let node = nodes[depthwise]
    let wide = (hasExpansion ? tensors[node.input].byteCount : 0) + tensors[node.output].byteCount
    return wide >= Self.worthwhileByteCount
      && (threads == 1 || tensors[node.output].height >= Self.rowsPerThread * threads)
  }
}
