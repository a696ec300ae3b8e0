// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Where each activation lies in the arena. Two that never live at the same time may share bytes.
///
/// Offsets are chosen greedily, largest first, each at the lowest place that no overlapping
/// lifetime occupies (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net
/// Inference", 2020, greedy by size).
package struct ArenaLayout: Sendable {
  /// A stretch of memory and the nodes during which it is in use, both ends included.
  struct Item: Sendable {
    var byteCount: Int
    var firstNode: Int
    var lastNode: Int
    var offset = -1

    func overlaps(_ other: Item) -> Bool {
      firstNode <= other.lastNode && other.firstNode <= lastNode
    }
  }

  private(set) var items: [Item] = []
  package private(set) var byteCount = 0
  private let tensorItems: [Int]
  /// Where a tensor starts within its item.
  private let tensorStarts: [Int]
  private let nodeTimes: [Int]

  /// Plans the tensors of a verified model, and for each node as many bytes of scratch as it asks
  /// for. The nodes of a group count as one; what they hand on to each other lies in the scratch of
  /// the group's depthwise convolution.
  init(tensors: [TensorRecord], nodes: [NodeRecord], scratch: [Int], fusion: Fusion) {
    let times = nodes.indices.map { fusion.time(of: $0) }
    nodeTimes = times
    var lastUse = [Int](repeating: 0, count: tensors.count)
    for (index, node) in nodes.enumerated() {
      lastUse[node.input] = times[index]
      if node.secondInput >= 0 { lastUse[node.secondInput] = times[index] }
      lastUse[node.output] = max(lastUse[node.output], times[index])
    }
    for (index, byteCount) in scratch.enumerated() {
      items.append(
        Item(
          byteCount: Self.rounded(byteCount), firstNode: times[index], lastNode: times[index]))
    }
    var itemOf = [Int](repeating: -1, count: tensors.count)
    var starts = [Int](repeating: 0, count: tensors.count)
    itemOf[0] = items.count
    items.append(
      Item(byteCount: Self.rounded(tensors[0].byteCount), firstNode: 0, lastNode: lastUse[0]))
    for (index, node) in nodes.enumerated() {
      let group = fusion.group(of: index)
      if let group, index < group.project {
        itemOf[node.output] = group.depthwise
        starts[node.output] = index == group.depthwise ? group.bandOffset : 0
        continue
      }
      let byteCount = Self.rounded(tensors[node.output].byteCount)
      if let shared = Self.inPlaceInput(node, index, nodes, group, tensors, lastUse) {
        itemOf[node.output] = itemOf[shared]
        items[itemOf[shared]].lastNode = lastUse[node.output]
        continue
      }
      itemOf[node.output] = items.count
      items.append(
        Item(byteCount: byteCount, firstNode: times[index], lastNode: lastUse[node.output]))
    }
    tensorItems = itemOf
    tensorStarts = starts
    place()
  }

  func offset(ofTensor index: Int) -> Int {
    items[tensorItems[index]].offset + tensorStarts[index]
  }

  func offset(ofScratch node: Int) -> Int { items[node].offset }

  /// Bytes in use while `node` runs.
  package func liveByteCount(at node: Int) -> Int {
    let time = nodeTimes[node]
    var sum = 0
    for item in items where item.firstNode <= time && time <= item.lastNode {
      sum += item.byteCount
    }
    return sum
  }

  /// The operand that an element-wise node may overwrite: it is not read again. In a group that is
  /// the product alone, because the other rows of the group's input are still wanted.
  private static func inPlaceInput(
    _ node: NodeRecord, _ index: Int, _ nodes: [NodeRecord], _ group: FusedGroup?,
    _ tensors: [TensorRecord], _ lastUse: [Int]
  ) -> Int? {
    guard node.operation == .add || node.operation == .lookup else { return nil }
    if let group { return nodes[group.project].output }
    for candidate in [node.input, node.secondInput] where candidate >= 0 {
      if lastUse[candidate] == index,
        tensors[candidate].byteCount == tensors[node.output].byteCount
      {
        return candidate
      }
    }
    return nil
  }

  /// Whole cache lines, and the bytes behind a tensor that kernels may read.
  static func rounded(_ byteCount: Int) -> Int {
    guard byteCount > 0 else { return 0 }
    let mask = ModelFormat.alignment - 1
    return (byteCount + Int(SWIFTLET_SLACK) + mask) & ~mask
  }

  private mutating func place() {
    // What takes no bytes lies anywhere.
    for index in items.indices where items[index].byteCount == 0 { items[index].offset = 0 }
    let order = items.indices.filter { items[$0].byteCount > 0 }.sorted {
      items[$0].byteCount != items[$1].byteCount
        ? items[$0].byteCount > items[$1].byteCount : $0 < $1
    }
    var placed: [Int] = []
    for index in order {
      var offset = 0
      // `placed` stays sorted by offset: the first gap that fits is the lowest.
      for other in placed where items[other].overlaps(items[index]) {
        if offset + items[index].byteCount <= items[other].offset { break }
        offset = max(offset, items[other].offset + items[other].byteCount)
      }
      items[index].offset = offset
      byteCount = max(byteCount, offset + items[index].byteCount)
      let position = placed.firstIndex { items[$0].offset > offset } ?? placed.count
      placed.insert(index, at: position)
    }
  }
}
