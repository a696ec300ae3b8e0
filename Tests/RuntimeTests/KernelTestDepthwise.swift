// SPDX-License-Identifier: Apache-2.0
import CKernels

#if !hasFeature(Embedded)
  @testable import Runtime
#endif

/// A depthwise convolution with random contents, run by a kernel and its reference.
final class DepthwiseCase {
  struct Shape {
    var height: Int
    var width: Int
    var channels: Int
    var kernelHeight: Int
    var kernelWidth: Int
    var strideY: Int
    var strideX: Int
    /// Top, left, bottom, right.
    var pads: [Int]

    var outputHeight: Int { max(height + pads[0] + pads[2] - kernelHeight, -strideY) / strideY + 1 }
    var outputWidth: Int { max(width + pads[1] + pads[3] - kernelWidth, -strideX) / strideX + 1 }
    var blocks: Int { (channels + 15) / 16 }
    var text: String {
      "\(height)x\(width)x\(channels), window \(kernelHeight)x\(kernelWidth), strides "
        + "\(strideY), \(strideX), pads \(pads[0]), \(pads[1]), \(pads[2]), \(pads[3])"
    }
  }

  let shape: Shape
  private let inputUpper: Int
  private let padValue: UInt8
  private let ring: Int
  private let input: AlignedBytes
  private let weights: AlignedBytes
  private let requantization: RandomRequantization

  init(_ shape: Shape, inputUpper: Int, using random: inout SeededGenerator) {
    self.shape = shape
    self.inputUpper = inputUpper
    padValue = UInt8(random.pick([0, 1, inputUpper / 2, inputUpper]))
    ring = random.pick([0, 0, 1, 4, 8])
    let count = max(shape.height, ring) * shape.width * shape.channels
    input = AlignedBytes(count: count + Int(SWIFTLET_SLACK), filledWith: 0xFF)
    fillInput(
      UnsafeMutableRawBufferPointer(rebasing: input.bytes[..<count]), upper: inputUpper,
      using: &random)
    let taps = shape.kernelHeight * shape.kernelWidth
    weights = AlignedBytes(count: max(shape.blocks * taps * 16, 64))
    let style = Int.random(in: 0..<4, using: &random)
    for i in 0..<shape.blocks * taps * 16 where i / 16 / taps * 16 + i % 16 < shape.channels {
      let extreme = random.pick([-127, 127])
      let value = [127, -127, extreme, Int.random(in: -127...127, using: &random)][style]
      weights.pointer(Int8.self)[i] = Int8(value)
    }
    requantization = RandomRequantization(
      channels: shape.channels, spread: Double(inputUpper) * 70 * Double(taps).squareRoot(),
      largest: Double(inputUpper * 128 * taps), using: &random)
  }

  /// The operation, without packed weights.
  func operation(output: UnsafeMutablePointer<UInt8>) -> swiftlet_depthwise {
    swiftlet_depthwise(
      input: input.pointer(), output: output, input_height: shape.height,
      input_width: shape.width, output_height: shape.outputHeight,
      output_width: shape.outputWidth, channels: shape.channels, input_ring: ring,
      kernel_height: shape.kernelHeight, kernel_width: shape.kernelWidth,
      stride_y: shape.strideY, stride_x: shape.strideX, pad_top: shape.pads[0],
      pad_left: shape.pads[1], pad_value: padValue, input_upper: UInt8(inputUpper),
      weights: weights.pointer(), packed_weights: nil, requantization: requantization.value)
  }

  /// The output memory, sentinels around it included.
  func output(_ kernel: swiftlet_kernel, rows: Range<Int>, blocks: Range<Int>) -> [UInt8] {
    let guardBytes = 64
    let count = shape.outputHeight * shape.outputWidth * shape.channels
    let memory = AlignedBytes(count: 2 * guardBytes + count, filledWith: 0xA5)
    var depthwise = operation(output: memory.pointer(UInt8.self) + guardBytes)
    expect(kernel.takes(depthwise), "a shape that the kernel does not take")
    let packed = GuardedBytes(count: kernel.packed_byte_count!(&depthwise))
    kernel.pack!(&depthwise, packed.start)
    depthwise.packed_weights = UnsafeRawPointer(packed.start)
    let scratch = GuardedBytes(count: kernel.scratch_byte_count!(&depthwise))
    kernel.depthwise!(
      &depthwise, rows.lowerBound, rows.upperBound, blocks.lowerBound, blocks.upperBound,
      scratch.start)
    expect(packed.guardsAreIntact && scratch.guardsAreIntact, "wrote outside: \(shape.text)")
    return memory.contents
  }

  /// Compares a kernel with the reference, byte for byte.
  func check(_ kernel: swiftlet_kernel, rows: Range<Int>? = nil, blocks: Range<Int>? = nil) {
    let rows = rows ?? 0..<shape.outputHeight
    let blocks = blocks ?? 0..<shape.blocks
    let reference = KernelList.reference(SWIFTLET_OPERATOR_DEPTHWISE)
    expectSame(
      output(kernel, rows: rows, blocks: blocks), output(reference, rows: rows, blocks: blocks),
      "\(shape.text), rows \(text(rows)), blocks \(text(blocks)), inputs to \(inputUpper)")
  }
}

/// Memory for a kernel, aligned to 64 bytes, with sentinels before and behind.
private final class GuardedBytes {
  private let memory: AlignedBytes
  private let count: Int

  init(count: Int) {
    self.count = count
    memory = AlignedBytes(count: count + 128, filledWith: 0x5A)
  }

  var start: UnsafeMutableRawPointer { memory.bytes.baseAddress! + 64 }
  var guardsAreIntact: Bool {
    let contents = memory.contents
    return contents[..<64].allSatisfy { $0 == 0x5A }
      && contents[(64 + count)...].allSatisfy { $0 == 0x5A }
  }
}
