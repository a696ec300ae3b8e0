// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Which nodes of a model run together.
struct Fusion {
  /// In ascending order.
  private(set) var groups: [FusedGroup] = []
  /// For each node its group's index, -1 if it runs alone.
  private var groupOf: [Int]

  init(nodeCount: Int) { groupOf = [Int](repeating: -1, count: nodeCount) }

  mutating func append(_ group: FusedGroup) {
    for node in group.first...group.last { groupOf[node] = groups.count }
    groups.append(group)
  }

  func group(of node: Int) -> FusedGroup? {
    groupOf[node] < 0 ? nil : groups[groupOf[node]]
  }

  /// The node as which `node` counts in the order of execution: the last one of its group.
  func time(of node: Int) -> Int { group(of: node)?.last ?? node }
}

extension Planner {
  /// Groups that pay by their sizes, or all that are possible, or none, as the options say.
  func fusion(of model: borrowing Model) -> Fusion {
    var fusion = Fusion(nodeCount: model.nodes.count)
    guard policy != .off else { return fusion }
    var target = FusedGroup.scratchTarget
    if case .always(let byteCount) = policy { target = byteCount }
    var uses = [Int](repeating: 0, count: model.tensors.count)
    for node in model.nodes {
      uses[node.input] += 1
      if node.secondInput >= 0 { uses[node.secondInput] += 1 }
    }
    for (index, node) in model.nodes.enumerated() where node.operation == .depthwise {
      var operation = unsafe depthwise(node, model, ringRows: 0)
      let kernel = unsafe KernelList.depthwise(isa, operation)
      let group = unsafe FusedGroup(
        index, model.nodes, model.tensors, uses: uses,
        kernelByteCount: Self.scratchStride(kernel, &operation), scratchTarget: target)
      guard let group, fusion.group(of: group.first) == nil,
        policy != .automatic || group.isWorthwhile(model.nodes, model.tensors, threads: threads)
      else { continue }
      fusion.append(group)
    }
    return fusion
  }

  /// Joins the steps of a group's nodes, which were planned one by one, at its last node.
  func fuse(
    _ group: FusedGroup, _ model: borrowing Model, _ steps: UnsafeMutablePointer<Step>,
    _ memory: inout PlanMemory
  ) throws(RuntimeError) {
    guard case .depthwise(let depthwise) = unsafe steps[group.depthwise],
      case .convolution(let project) = unsafe steps[group.project]
    else { return }
    let fused = try unsafe memory.allocate(FusedStep.self, count: 1)
    unsafe fused.initialize(
      to: FusedStep(
        expand: nil, depthwise: depthwise, project: project, add: nil,
        padTop: model.nodes[group.depthwise].padTop, ringRows: max(group.ringRows, 1),
        bandRows: group.bandRows, scratchStride: group.scratchByteCount))
    if group.hasExpansion, case .convolution(let expand) = unsafe steps[group.first] {
      unsafe fused.pointee.expand = expand
    }
    if group.last > group.project, case .add(let add) = unsafe steps[group.last] {
      unsafe fused.pointee.add = add
    }
    for node in group.first..<group.last { unsafe steps[node] = .none }
    unsafe steps[group.last] = .fused(UnsafePointer(fused))
  }
}
