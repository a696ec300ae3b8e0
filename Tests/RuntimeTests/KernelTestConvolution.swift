// SPDX-License-Identifier: Apache-2.0
import CKernels

#if !hasFeature(Embedded)
  @testable import Runtime
#endif

/// A convolution with random contents whose weights have a proof, run by a kernel and its reference.
final class ConvolutionCase {
  struct Shape {
    var pixels: Int
    var outputWidth: Int
    var segments: Int
    var kGroups: Int
    var channels: Int
    var outputPadding = 0
    var isFloat = false

    var text: String {
      "\(pixels) pixels in rows of \(outputWidth), \(segments) segments of \(kGroups) groups, "
        + "\(channels) channels and \(outputPadding)\(isFloat ? ", float" : "")"
    }
  }

  let shape: Shape
  let inputUpper: Int
  private let input: AlignedBytes
  private let weights: AlignedBytes
  private let offsets: AlignedBytes
  private let requantization: RandomRequantization
  /// Groups of a segment behind which all weights are zero.
  private let kUsed: Int
  private let columnStride: Int
  private let rowStride: Int

  init(_ shape: Shape, proof: swiftlet_proof, using random: inout SeededGenerator) {
    self.shape = shape
    inputUpper = random.pick([127, 255])
    let segmentBytes = shape.kGroups * 4
    // Windows of neighbours may overlap.
    columnStride = random.pick([segmentBytes, max(segmentBytes / 2, 1), 3])
    rowStride = shape.outputWidth * columnStride + random.pick([0, 5])
    offsets = AlignedBytes(count: max(shape.segments * 4, 64))
    for s in 0..<shape.segments {
      offsets.pointer(Int32.self)[s] = Int32(s * Int.random(in: 1...40, using: &random))
    }
    let rows = shape.pixels / shape.outputWidth + 1
    input = AlignedBytes(
      count: rows * rowStride + shape.outputWidth * columnStride + segmentBytes
        + shape.segments * 40 + Int(SWIFTLET_SLACK))
    fillInput(input.bytes, upper: inputUpper, using: &random)
    let blocks = (shape.channels + 15) / 16
    weights = AlignedBytes(count: max(blocks * shape.segments * segmentBytes * 16, 64))
    fillWeights(
      weights.bytes, channels: shape.channels, rowsPerBlock: shape.segments * shape.kGroups,
      proof: proof, bound: 32767 / inputUpper, using: &random)
    kUsed = max(shape.kGroups - random.pick([0, 0, 1, 3]), 0)
    for row in 0..<blocks * shape.segments * shape.kGroups where row % shape.kGroups >= kUsed {
      weights.bytes[row * 64..<row * 64 + 64].initializeMemory(as: UInt8.self, repeating: 0)
    }
    let reach = Double(inputUpper) * 40 * Double(max(shape.segments * segmentBytes, 1)).squareRoot()
    requantization = RandomRequantization(
      channels: shape.channels, spread: reach,
      largest: Double(inputUpper * 128 * shape.segments * segmentBytes), using: &random)
  }

  /// The strongest proof that holds for all blocks.
  var proof: swiftlet_proof {
    let byteCount = shape.segments * shape.kGroups * 64
    var least = SWIFTLET_PROOF_QUAD
    for block in 0..<(shape.channels + 15) / 16 {
      let found = swiftlet_prove_block(
        weights.pointer(Int8.self) + block * byteCount, byteCount, Int32(inputUpper))
      if found.rawValue < least.rawValue { least = found }
    }
    return least
  }

  /// What a kernel that reads `input` starts from.
  private func centredBias(_ input: swiftlet_input) -> AlignedBytes {
    let blocks = (shape.channels + 15) / 16
    let byteCount = shape.segments * shape.kGroups * 64
    let centred = AlignedBytes(count: max(blocks * 64, 64))
    for block in 0..<blocks {
      swiftlet_centre_bias(
        input, weights.pointer(Int8.self) + block * byteCount, byteCount,
        requantization.bias.pointer(Int32.self) + block * 16,
        centred.pointer(Int32.self) + block * 16)
    }
    return centred
  }

  /// The output memory, sentinels around and between the pixels included.
  func output(_ listed: swiftlet_kernel, pixels: Range<Int>, blocks: Range<Int>) -> [UInt8] {
    let centred = centredBias(listed.input)
    let isCentred = inputUpper > 127 && listed.input != SWIFTLET_INPUT_U8
    let width = shape.isFloat ? 4 : 1
    let stride = shape.channels + shape.outputPadding
    let guardBytes = 64
    let memory = AlignedBytes(
      count: 2 * guardBytes + shape.pixels * stride * width, filledWith: 0xA5)
    let first = memory.pointer(UInt8.self) + guardBytes
    var convolution = swiftlet_convolution(
      input: input.pointer(), segment_offsets: offsets.pointer(), segment_count: shape.segments,
      k_groups: shape.kGroups, k_used: kUsed, weights: weights.pointer(),
      output_width: shape.outputWidth, column_stride: columnStride, row_stride: rowStride,
      output_channels: shape.channels, output_stride: stride, output: shape.isFloat ? nil : first,
      output_float: shape.isFloat
        ? UnsafeMutableRawPointer(first).assumingMemoryBound(to: Float.self) : nil,
      requantization: requantization.value,
      centred_bias: isCentred ? UnsafePointer(centred.pointer(Int32.self)) : nil)
    listed.convolution!(
      &convolution, pixels.lowerBound, pixels.upperBound, blocks.lowerBound, blocks.upperBound)
    return memory.contents
  }

  /// Compares a kernel with the reference, byte for byte.
  func check(_ kernel: swiftlet_kernel, pixels: Range<Int>? = nil, blocks: Range<Int>? = nil) {
    let pixels = pixels ?? 0..<shape.pixels
    let blocks = blocks ?? 0..<(shape.channels + 15) / 16
    let reference = KernelList.reference(SWIFTLET_OPERATOR_CONVOLUTION)
    expectSame(
      output(kernel, pixels: pixels, blocks: blocks),
      output(reference, pixels: pixels, blocks: blocks),
      "\(shape.text), pixels \(text(pixels)), blocks \(text(blocks)), inputs to \(inputUpper)")
  }
}

/// Weights of -128...127 that satisfy a proof exactly at its bound now and then: the same-sign sums
/// of each two (pair) or four (quad) weights that one int16 lane adds stay within `bound`.
private func fillWeights(
  _ weights: UnsafeMutableRawBufferPointer, channels: Int, rowsPerBlock: Int,
  proof: swiftlet_proof, bound: Int, using random: inout SeededGenerator
) {
  let isQuad = proof == SWIFTLET_PROOF_QUAD
  for block in 0..<(channels + 15) / 16 {
    for row in stride(from: 0, to: rowsPerBlock, by: 2) {
      for n in 0..<min(16, channels - block * 16) {
        for half in 0..<2 {
          let at = { (block * rowsPerBlock + row + $0 / 2) * 64 + n * 4 + half * 2 + $0 % 2 }
          let lanes = isQuad ? [Array(0..<4)] : [[0, 1], [2, 3]]
          for lane in lanes {
            let limit = proof == SWIFTLET_PROOF_NONE ? 128 * lane.count : bound
            let values = randomLane(count: lane.count, limit: limit, using: &random)
            for (i, value) in zip(lane, values) { weights[at(i)] = UInt8(bitPattern: Int8(value)) }
          }
        }
      }
    }
  }
}

private func randomLane(
  count: Int, limit: Int, using random: inout SeededGenerator
) -> [Int] {
  let signs: [Int] =
    switch Int.random(in: 0..<4, using: &random) {
    case 0: Array(repeating: 1, count: count)
    case 1: Array(repeating: -1, count: count)
    default: (0..<count).map { _ in random.chance(50) ? 1 : -1 }
    }
  let atBound = random.chance(40)
  var left = [1: limit, -1: limit]
  var values = Array(repeating: 0, count: count)
  for i in values.indices.shuffled(using: &random) {
    let most = min(signs[i] < 0 ? 128 : 127, left[signs[i]]!)
    let magnitude = atBound ? most : Int.random(in: 0...most, using: &random)
    left[signs[i]]! -= magnitude
    values[i] = signs[i] * magnitude
  }
  return values
}

/// Every tile height and width around the kernel's own, then random shapes.
func checkConvolutionShapes(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed)
  let rows = Int(kernel.rows)
  let columns = Int(kernel.columns)
  for pixels in [0, 1, rows - 1, rows, rows + 1, 2 * rows + 1, 13] {
    for channels in [1, 7, 8, 9, 16, columns - 1, columns, columns + 1, 2 * columns + 8, 53] {
      let shape = ConvolutionCase.Shape(
        pixels: pixels, outputWidth: random.pick([1, 3, 7]), segments: 1,
        kGroups: random.pick([2, 4]), channels: channels)
      ConvolutionCase(shape, proof: kernel.needs, using: &random).check(kernel)
    }
  }
}

/// Random shapes, float outputs, padded rows and partial ranges.
func checkConvolutionRanges(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 1)
  for _ in 0..<60 {
    let shape = ConvolutionCase.Shape(
      pixels: Int.random(in: 1...40, using: &random),
      outputWidth: Int.random(in: 1...9, using: &random),
      segments: random.pick([0, 1, 2, 3]), kGroups: random.pick([0, 2, 4, 6, 10]),
      channels: Int.random(in: 1...120, using: &random),
      outputPadding: random.pick([0, 1, 16]), isFloat: random.chance(25))
    let test = ConvolutionCase(shape, proof: kernel.needs, using: &random)
    expect(test.proof.rawValue >= kernel.needs.rawValue, "weights without the proof")
    let blocks = (shape.channels + 15) / 16
    let pixel = Int.random(in: 0...shape.pixels, using: &random)
    let block = Int.random(in: 0...blocks, using: &random)
    test.check(
      kernel, pixels: pixel..<Int.random(in: pixel...shape.pixels, using: &random),
      blocks: block..<Int.random(in: block...blocks, using: &random))
  }
}

/// More pixels than a panel holds, so that a call crosses panels.
func checkConvolutionPanels(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 2)
  let shape = ConvolutionCase.Shape(
    pixels: 419, outputWidth: 419, segments: 1, kGroups: 2, channels: 17)
  ConvolutionCase(shape, proof: kernel.needs, using: &random).check(kernel)
}

func checkConvolutions(_ kernel: swiftlet_kernel) {
  checkConvolutionShapes(kernel)
  checkConvolutionRanges(kernel)
  checkConvolutionPanels(kernel)
}
