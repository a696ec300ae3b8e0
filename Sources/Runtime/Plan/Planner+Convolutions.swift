// SPDX-License-Identifier: Apache-2.0
import CKernels

extension Planner {
  func convolutionStep(
    _ node: NodeRecord, _ model: borrowing Model, _ place: NodePlace, _ memory: inout PlanMemory
  ) throws(RuntimeError) -> (Step, UnsafePointer<CChar>) {
    let (input, output) = (model.tensors[node.input], model.tensors[node.output])
    let layout = ConvolutionLayout(
      node, inputChannels: input.channels, outputChannels: output.channels)
    let border: PadStep? =
      unsafe needsBorder(node)
      ? padStep(
        node, input, from: place.bytes(node.input),
        to: place.scratch.assumingMemoryBound(to: UInt8.self)) : nil
    var base = try unsafe convolution(node, model, layout, place, &memory)
    if let border = unsafe border { unsafe base.input = UnsafePointer(border.output) }

    let pixelCount = output.height * output.width
    let unitCount = Int(layout.groups * layout.blocks)
    let runs = try unsafe memory.allocate(ConvolutionRun.self, count: unitCount)
    var centred: UnsafeMutablePointer<Int32>?
    var runCount = 0
    var name = unsafe Self.name("convolution_u8__scalar")
    for group in 0..<Int(layout.groups) {
      let proofs =
        unsafe model.data(node.proofOffset).assumingMemoryBound(to: UInt8.self)
        + group * Int(layout.blocks)
      var block = 0
      while block < Int(layout.blocks) {
        var end = block + 1
        while end < Int(layout.blocks), unsafe proofs[end] == proofs[block] { end += 1 }
        let kernel = unsafe KernelList.convolutionKernel(
          isa, proof: swiftlet_proof(rawValue: UInt32(proofs[block])), pixels: pixelCount,
          k: Int(layout.weightsPerChannel ?? 0), columns: (end - block) * 16)
        var part = unsafe groupPart(base, group, layout, output.elementType)
        if input.upper > 127, unsafe kernel.input != SWIFTLET_INPUT_U8 {
          if unsafe centred == nil {
            unsafe centred = try memory.allocate(Int32.self, count: unitCount * 16)
          }
          unsafe part.centred_bias = centreBias(
            part, kernel.input, block..<end, centred! + group * Int(layout.blocks) * 16)
        }
        unsafe runs[runCount] = ConvolutionRun(
          convolution: part, kernel: kernel.convolution ?? KernelList.convolutionReference,
          firstBlock: block, blockCount: end - block,
          firstUnit: group * Int(layout.blocks) + block)
        unsafe name = kernel.name
        runCount += 1
        block = end
      }
    }
    let windowBytes = max(Int(layout.weightsPerChannel ?? 1), 1)
    let step = unsafe ConvolutionStep(
      border: border, runs: runs, runCount: runCount, pixelCount: pixelCount,
      pixelsPerChunk: max(Self.windowByteCount / windowBytes / 24 * 24, 24),
      unitCount: unitCount, splitsBlocks: pixelCount < 64 * threads && unitCount >= threads)
    return unsafe (.convolution(step), name)
  }

  /// The whole operation, addressed at its first group.
  private func convolution(
    _ node: NodeRecord, _ model: borrowing Model, _ layout: ConvolutionLayout,
    _ place: NodePlace, _ memory: inout PlanMemory
  ) throws(RuntimeError) -> swiftlet_convolution {
    let (input, output) = (model.tensors[node.input], model.tensors[node.output])
    let row = (input.width + node.padLeft + node.padRight) * input.channels
    let segmentCount = Int(layout.segmentCount)
    let offsets = try unsafe memory.allocate(Int32.self, count: segmentCount)
    for segment in 0..<segmentCount {
      unsafe offsets[segment] = Int32(
        layout.segmentOffset(
          segment, node: node, rowByteCount: row, pixelByteCount: input.channels))
    }
    let isDense =
      node.kernelHeight == 1 && node.kernelWidth == 1 && node.strideY == 1 && node.strideX == 1
    let target = unsafe place.tensors[node.output]
    let isFloat = output.elementType == .float32
    return unsafe swiftlet_convolution(
      input: place.bytes(node.input), segment_offsets: offsets, segment_count: segmentCount,
      k_groups: Int(layout.kGroups), k_used: Int((layout.segmentLength + 3) / 4),
      weights: model.data(node.weightsOffset).assumingMemoryBound(to: Int8.self),
      // Windows of a pointwise convolution lie in one line.
      output_width: isDense ? output.height * output.width : output.width,
      column_stride: node.strideX * input.channels, row_stride: node.strideY * row,
      output_channels: Int(layout.outputChannels), output_stride: output.channels,
      output: isFloat ? nil : target.assumingMemoryBound(to: UInt8.self),
      output_float: isFloat ? target.assumingMemoryBound(to: Float.self) : nil,
      requantization: requantization(node, model), centred_bias: nil)
  }

  private func groupPart(
    _ base: swiftlet_convolution, _ group: Int, _ layout: ConvolutionLayout, _ type: ElementType
  ) -> swiftlet_convolution {
    var part = unsafe base
    let entries = group * Int(layout.blocks) * 16
    unsafe part.input += group * Int(layout.inputChannels)
    unsafe part.weights += group * Int(layout.blocks) * Int(layout.blockByteCount ?? 0)
    unsafe part.requantization.bias += entries
    unsafe part.requantization.multiplier += entries
    if type == .float32 {
      unsafe part.output_float = part.output_float.map {
        unsafe $0 + group * Int(layout.outputChannels)
      }
    } else {
      unsafe part.output = part.output.map { unsafe $0 + group * Int(layout.outputChannels) }
    }
    return unsafe part
  }

  /// Fills `table`, the centred bias of a group, for the blocks of a run, and returns it. A kernel
  /// reads the entries of its own blocks alone.
  private func centreBias(
    _ part: swiftlet_convolution, _ input: swiftlet_input, _ blocks: Range<Int>,
    _ table: UnsafeMutablePointer<Int32>
  ) -> UnsafePointer<Int32> {
    let byteCount = unsafe part.segment_count * part.k_groups * 64
    for block in blocks {
      unsafe swiftlet_centre_bias(
        input, part.weights + block * byteCount, byteCount, part.requantization.bias + block * 16,
        table + block * 16)
    }
    return unsafe UnsafePointer(table)
  }

  private func requantization(
    _ node: NodeRecord, _ model: borrowing Model
  ) -> swiftlet_requantization {
    unsafe swiftlet_requantization(
      bias: model.data(node.biasOffset).assumingMemoryBound(to: Int32.self),
      multiplier: model.data(node.multiplierOffset).assumingMemoryBound(to: Float.self),
      zero_point: Int32(model.tensors[node.output].zeroPoint), lower: Int32(node.lower),
      upper: Int32(node.upper))
  }

  // MARK: - Depthwise

  func depthwiseStep(
    _ node: NodeRecord, _ model: borrowing Model, _ place: NodePlace, _ group: FusedGroup?,
    _ memory: inout PlanMemory
  ) throws(RuntimeError) -> (Step, UnsafePointer<CChar>) {
    var operation = unsafe depthwise(node, model, ringRows: group?.ringRows ?? 0)
    unsafe operation.input = UnsafePointer(place.bytes(node.input))
    unsafe operation.output = place.bytes(node.output)
    let kernel = unsafe KernelList.depthwise(isa, operation)
    if let packedByteCount = unsafe kernel.packed_byte_count, let pack = unsafe kernel.pack {
      let packed = try unsafe memory.allocate(UInt8.self, count: packedByteCount(&operation))
      unsafe pack(&operation, packed)
      unsafe operation.packed_weights = UnsafeRawPointer(packed)
    }
    let blockCount = unsafe (Int(operation.channels) + 15) / 16
    let bandRow = unsafe Int(operation.input_width) * Int(operation.channels) * node.strideY
    let step = unsafe DepthwiseStep(
      depthwise: operation, kernel: kernel.depthwise ?? KernelList.depthwiseReference,
      blockCount: blockCount, rowsPerBand: max(Self.bandByteCount / max(bandRow, 1) / 4 * 4, 4),
      scratch: place.scratch + (group?.kernelOffset ?? 0),
      scratchStride: Self.scratchStride(kernel, &operation),
      splitsBlocks: blockCount >= 2 * threads && Int(operation.output_height) < 8 * threads)
    return unsafe (.depthwise(step), kernel.name)
  }

  /// The operation without the addresses of its activations.
  func depthwise(
    _ node: NodeRecord, _ model: borrowing Model, ringRows: Int
  ) -> swiftlet_depthwise {
    let (input, output) = (model.tensors[node.input], model.tensors[node.output])
    let nowhere = unsafe UnsafeMutablePointer<UInt8>(
      mutating: model.data(0).assumingMemoryBound(to: UInt8.self))
    return unsafe swiftlet_depthwise(
      input: nowhere, output: nowhere, input_height: input.height, input_width: input.width,
      output_height: output.height, output_width: output.width, channels: input.channels,
      input_ring: ringRows, kernel_height: node.kernelHeight, kernel_width: node.kernelWidth,
      stride_y: node.strideY,
      stride_x: node.strideX, pad_top: node.padTop, pad_left: node.padLeft,
      pad_value: UInt8(node.padValue), input_upper: UInt8(input.upper),
      weights: model.data(node.weightsOffset).assumingMemoryBound(to: Int8.self),
      packed_weights: nil, requantization: requantization(node, model))
  }
}
