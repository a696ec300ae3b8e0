// SPDX-License-Identifier: Apache-2.0

/// For reports: where the memory of an engine goes. Nothing here is on the way of a frame.
extension Engine {
  package func memory(of node: Int) -> NodeMemory {
    precondition(node >= 0 && node < plan.stepCount)
    let allocation = unsafe plan.allocations[node]
    return NodeMemory(
      live: plan.layout.liveByteCount(at: node),
      scratch: plan.layout.scratchByteCount(of: node),
      scratchPerThread: allocation.scratchPerThread, mapped: allocation.mapped,
      packed: allocation.packed, tables: allocation.tables)
  }

  package var memory: EngineMemory {
    var sum = EngineMemory(
      arena: plan.layout.byteCount, peakNode: 0, peakLive: 0, scratchPerThread: 0,
      file: model.byteCount, mapped: 0, packed: 0, tables: 0)
    for index in 0..<plan.stepCount {
      let node = memory(of: index)
      if node.live > sum.peakLive {
        sum.peakLive = node.live
        sum.peakNode = index
      }
      sum.scratchPerThread = max(sum.scratchPerThread, node.scratchPerThread)
      sum.mapped += node.mapped
      sum.packed += node.packed
      sum.tables += node.tables
    }
    return sum
  }
}
