// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Makes the plan of a verified model.
struct Planner {
  let isa: InstructionSet
  let threads: Int
  let limits: ModelLimits
  let policy: FusionPolicy

  /// Of the first-level data cache, the part that a chunk of input windows may fill.
  static let windowByteCount = 24 * 1024
  /// Of the second-level cache, the part that a band of depthwise rows may fill.
  static let bandByteCount = 128 * 1024

  /// - Throws: `memoryLimit`, `outOfMemory`.
  func plan(_ model: borrowing Model) throws(RuntimeError) -> Plan {
    var scratch = [Int](repeating: 0, count: model.nodes.count)
    for (index, node) in model.nodes.enumerated() {
      scratch[index] = scratchByteCount(node, model)
    }
    let fusion = fusion(of: model)
    for group in fusion.groups { scratch[group.depthwise] = threads * group.scratchByteCount }
    let layout = ArenaLayout(
      tensors: model.tensors, nodes: model.nodes, scratch: scratch, fusion: fusion)
    let limit = limits.activationLimit(fileByteCount: model.byteCount)
    guard UInt64(layout.byteCount) <= limit else {
      throw .memoryLimit(needed: UInt64(layout.byteCount), limit: limit)
    }
    let arena = try AlignedBuffer(byteCount: layout.byteCount + Int(SWIFTLET_SLACK))
    let planLimit = limits.planLimit(fileByteCount: model.byteCount)
    var memory = PlanMemory(limit: planLimit - UInt64(layout.byteCount))
    let count = model.nodes.count
    let tensors = try unsafe memory.allocate(
      UnsafeMutableRawPointer.self, count: model.tensors.count)
    for index in model.tensors.indices {
      unsafe tensors[index] = arena.base + layout.offset(ofTensor: index)
    }
    let steps = try unsafe memory.allocate(Step.self, count: count)
    let names = try unsafe memory.allocate(UnsafePointer<CChar>.self, count: count)
    for index in 0..<count {
      let place = unsafe NodePlace(
        tensors: tensors,
        scratch: arena.base + layout.offset(ofScratch: index))
      (unsafe steps[index], unsafe names[index]) = try unsafe step(
        model.nodes[index], model, place, fusion.group(of: index), &memory)
    }
    for group in fusion.groups { try unsafe fuse(group, model, steps, &memory) }
    return unsafe Plan(
      arena: arena, layout: layout, fusion: fusion, steps: steps, stepCount: count,
      kernelNames: names, tensors: tensors, memory: memory)
  }

  /// The addresses that a node's step needs. The arena's layout gave each tensor its bytes.
  @unsafe struct NodePlace {
    var tensors: UnsafeMutablePointer<UnsafeMutableRawPointer>
    var scratch: UnsafeMutableRawPointer

    func bytes(_ tensor: Int) -> UnsafeMutablePointer<UInt8> {
      unsafe tensors[tensor].assumingMemoryBound(to: UInt8.self)
    }
  }

  /// Bytes of the arena that a node needs for itself alone while it runs.
  private func scratchByteCount(_ node: NodeRecord, _ model: borrowing Model) -> Int {
    let input = model.tensors[node.input]
    switch node.operation {
    case .convolution:
      guard needsBorder(node) else { return 0 }
      return (input.height + node.padTop + node.padBottom)
        * (input.width + node.padLeft + node.padRight) * input.channels
    case .depthwise:
      var operation = unsafe depthwise(node, model, ringRows: 0)
      let kernel = unsafe KernelList.depthwise(isa, operation)
      return unsafe threads * Self.scratchStride(kernel, &operation)
    default: return 0
    }
  }

  func needsBorder(_ node: NodeRecord) -> Bool {
    node.padTop + node.padLeft + node.padBottom + node.padRight > 0
  }

  static func scratchStride(
    _ kernel: swiftlet_kernel, _ operation: inout swiftlet_depthwise
  ) -> Int {
    guard let byteCount = unsafe kernel.scratch_byte_count else { return 0 }
    let mask = ModelFormat.alignment - 1
    return unsafe (byteCount(&operation) + mask) & ~mask
  }

  private func step(
    _ node: NodeRecord, _ model: borrowing Model, _ place: NodePlace, _ group: FusedGroup?,
    _ memory: inout PlanMemory
  ) throws(RuntimeError) -> (Step, UnsafePointer<CChar>) {
    switch node.operation {
    case .convolution: return try unsafe convolutionStep(node, model, place, &memory)
    case .depthwise: return try unsafe depthwiseStep(node, model, place, group, &memory)
    case .add: return unsafe addStep(node, model, place)
    case .averagePool, .maxPool: return unsafe poolStep(node, model, place)
    case .lookup:
      let step = unsafe LookupStep(
        table: model.data(node.proofOffset).assumingMemoryBound(to: UInt8.self),
        input: place.bytes(node.input), output: place.bytes(node.output),
        count: model.tensors[node.output].elementCount)
      return unsafe (.lookup(step), Self.name("lookup_u8__scalar"))
    case .pad:
      let step = unsafe padStep(
        node, model.tensors[node.input], from: place.bytes(node.input),
        to: place.bytes(node.output))
      return unsafe (.pad(step), Self.name("pad_u8__scalar"))
    }
  }

  /// A string literal lives as long as the program and ends with a zero byte.
  static func name(_ literal: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  func padStep(
    _ node: NodeRecord, _ input: TensorRecord, from source: UnsafeMutablePointer<UInt8>,
    to target: UnsafeMutablePointer<UInt8>
  ) -> PadStep {
    unsafe PadStep(
      input: source, output: target, inputHeight: input.height,
      inputRow: input.width * input.channels,
      outputRow: (input.width + node.padLeft + node.padRight) * input.channels,
      outputHeight: input.height + node.padTop + node.padBottom, padTop: node.padTop,
      padLeft: node.padLeft * input.channels, value: UInt8(node.padValue))
  }

  private func addStep(
    _ node: NodeRecord, _ model: borrowing Model, _ place: NodePlace
  ) -> (Step, UnsafePointer<CChar>) {
    let output = model.tensors[node.output]
    let kernel = unsafe KernelList.add(isa)
    let operation = swiftlet_add(
      zero_a: Int32(model.tensors[node.input].zeroPoint),
      zero_b: Int32(model.tensors[node.secondInput].zeroPoint),
      zero_point: Int32(output.zeroPoint), lower: Int32(node.lower), upper: Int32(node.upper),
      multiplier_a: node.multiplier, multiplier_b: node.secondMultiplier)
    let step = unsafe AddStep(
      add: operation, kernel: kernel.add ?? KernelList.addReference,
      left: place.bytes(node.input), right: place.bytes(node.secondInput),
      output: place.bytes(node.output), count: output.elementCount)
    return unsafe (.add(step), kernel.name)
  }

  private func poolStep(
    _ node: NodeRecord, _ model: borrowing Model, _ place: NodePlace
  ) -> (Step, UnsafePointer<CChar>) {
    let (input, output) = (model.tensors[node.input], model.tensors[node.output])
    let isAverage = node.operation == .averagePool
    let kernel = unsafe isAverage ? KernelList.averagePool(isa) : KernelList.maxPool(isa)
    let operation = unsafe swiftlet_pool(
      input: place.bytes(node.input), output: place.bytes(node.output),
      input_height: input.height, input_width: input.width, output_height: output.height,
      output_width: output.width, channels: input.channels, kernel_height: node.kernelHeight,
      kernel_width: node.kernelWidth, stride_y: node.strideY, stride_x: node.strideX,
      pad_top: node.padTop, pad_left: node.padLeft, pad_bottom: node.padBottom,
      pad_right: node.padRight, counts_padding: node.countsPadding ? 1 : 0,
      input_zero: Int32(input.zeroPoint), zero_point: Int32(output.zeroPoint),
      lower: Int32(node.lower), upper: Int32(node.upper), multiplier: node.multiplier)
    let step = unsafe PoolStep(pool: operation, kernel: kernel.pool!)
    return unsafe (.pool(step), kernel.name)
  }
}
