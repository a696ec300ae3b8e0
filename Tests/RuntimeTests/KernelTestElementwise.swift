// SPDX-License-Identifier: Apache-2.0
import CKernels

#if !hasFeature(Embedded)
  @testable import Runtime
#endif

/// The clamps and the zero point of an output, extremes included.
private struct RandomOutput {
  let zeroPoint: Int32
  let lower: Int32
  let upper: Int32

  init(using random: inout SeededGenerator) {
    zeroPoint = Int32(random.pick([0, 1, 64, 127, 128, 255]))
    lower = Int32(random.pick([0, 0, 1, 17]))
    upper = Int32(random.pick([127, 255, 254, 90]))
  }
}

/// A multiplier, often a power of two, so that ties occur, which must round to even, and now and
/// then a denormal or a huge one.
private func randomMultiplier(using random: inout SeededGenerator) -> Float {
  if random.chance(5) { return .leastNormalMagnitude / 8 }
  if random.chance(5) { return 0x1p21 }
  let value = Float(Double.random(in: 0.05...4, using: &random))
  return random.chance(50) ? value.binade : value
}

/// Sums of every length around the vectors' with offsets, in place on either side and apart.
func checkAdd(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 5)
  for count in [0, 1, 7, 15, 16, 17, 31, 32, 33, 53, 63, 64, 65, 127, 131, 1009] {
    for place in 0..<4 {
      let output = RandomOutput(using: &random)
      var add = swiftlet_add(
        zero_a: Int32(random.pick([0, 3, 64, 127, 255])),
        zero_b: Int32(random.pick([0, 3, 64, 127, 255])), zero_point: output.zeroPoint,
        lower: output.lower, upper: output.upper,
        multiplier_a: randomMultiplier(using: &random),
        multiplier_b: randomMultiplier(using: &random))
      let seed = random.next()
      let run = { (function: swiftlet_add_kernel) -> [UInt8] in
        var own = SeededGenerator(seed: seed)
        let memory = AlignedBytes(count: 3 * (count + 128), filledWith: 0xA5)
        let starts = (0..<3).map { memory.pointer(UInt8.self) + $0 * (count + 128) + 61 }
        for start in starts.prefix(2) {
          fillInput(
            UnsafeMutableRawBufferPointer(start: start, count: count), upper: own.pick([127, 255]),
            using: &own)
        }
        // Place 3 adds a tensor to itself.
        let target = starts[[0, 1, 2, 2][place]]
        function(&add, starts[0], place == 3 ? starts[0] : starts[1], target, count)
        return memory.contents
      }
      expectSame(
        run(kernel.add!), run(KernelList.reference(SWIFTLET_OPERATOR_ADD).add!),
        "count \(count), place \(place)")
    }
  }
}

/// All 65,536 pairs of bytes, for many parameters.
func checkAddOfAllPairs(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 6)
  let a = (0..<65536).map { UInt8($0 / 256) }
  let b = (0..<65536).map { UInt8($0 % 256) }
  for _ in 0..<8 {
    let output = RandomOutput(using: &random)
    var add = swiftlet_add(
      zero_a: Int32.random(in: 0...255, using: &random),
      zero_b: Int32.random(in: 0...255, using: &random), zero_point: output.zeroPoint,
      lower: output.lower, upper: output.upper, multiplier_a: randomMultiplier(using: &random),
      multiplier_b: randomMultiplier(using: &random))
    var actual = [UInt8](repeating: 0, count: a.count)
    var expected = actual
    kernel.add!(&add, a, b, &actual, a.count)
    KernelList.reference(SWIFTLET_OPERATOR_ADD).add!(&add, a, b, &expected, a.count)
    expectSame(
      actual, expected,
      "zeros \(add.zero_a), \(add.zero_b), multipliers as bits "
        + "\(add.multiplier_a.bitPattern), \(add.multiplier_b.bitPattern)")
  }
}

/// Random windows, pads and strides; every channel count around the vectors'; a part of the rows.
func checkPool(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 7)
  for channels in [0, 1, 7, 15, 16, 17, 31, 32, 33, 53, 63, 64, 65, 97, 131, 193] {
    for _ in 0..<8 {
      checkPool(
        kernel, channels: channels, height: Int.random(in: 1...9, using: &random),
        width: Int.random(in: 1...9, using: &random), largestKernel: 7, using: &random)
    }
  }
  // More taps than a u16 sum holds.
  for side in [15, 16, 17, 23, 33] {
    checkPool(
      kernel, channels: 65, height: side, width: side, largestKernel: nil, using: &random)
  }
}

/// - Parameter largestKernel: nil: one window over the whole picture.
private func checkPool(
  _ kernel: swiftlet_kernel, channels: Int, height: Int, width: Int, largestKernel: Int?,
  using random: inout SeededGenerator
) {
  let kernelHeight = largestKernel.map { Int.random(in: 1...$0, using: &random) } ?? height
  let kernelWidth = largestKernel.map { Int.random(in: 1...$0, using: &random) } ?? width
  let pads = [kernelHeight, kernelWidth, kernelHeight, kernelWidth].map {
    largestKernel == nil ? 0 : Int.random(in: 0..<$0, using: &random)
  }
  let strideY = Int.random(in: 1...3, using: &random)
  let strideX = Int.random(in: 1...3, using: &random)
  let outputHeight = max(height + pads[0] + pads[2] - kernelHeight, -strideY) / strideY + 1
  let outputWidth = max(width + pads[1] + pads[3] - kernelWidth, -strideX) / strideX + 1
  let count = height * width * channels
  let input = AlignedBytes(count: count + Int(SWIFTLET_SLACK), filledWith: 0xFF)
  // A window over everything gets the largest inputs, whose sums are the largest.
  if largestKernel != nil {
    fillInput(
      UnsafeMutableRawBufferPointer(rebasing: input.bytes[..<count]),
      upper: random.pick([127, 255]), using: &random)
  }
  let output = RandomOutput(using: &random)
  let row = Int.random(in: 0...outputHeight, using: &random)
  let rows = random.chance(50) ? 0..<outputHeight : row..<outputHeight
  let guardBytes = 64
  let memory = AlignedBytes(count: 2 * guardBytes + outputHeight * outputWidth * channels)
  var pool = swiftlet_pool(
    input: input.pointer(), output: memory.pointer(UInt8.self) + guardBytes, input_height: height,
    input_width: width, output_height: outputHeight, output_width: outputWidth, channels: channels,
    kernel_height: kernelHeight, kernel_width: kernelWidth, stride_y: strideY, stride_x: strideX,
    pad_top: pads[0], pad_left: pads[1], pad_bottom: pads[2], pad_right: pads[3],
    counts_padding: random.pick([0, 1]), input_zero: Int32(random.pick([0, 3, 64, 127, 255])),
    zero_point: output.zeroPoint, lower: output.lower, upper: output.upper,
    multiplier: randomMultiplier(using: &random))
  let run = { (function: swiftlet_pool_kernel) -> [UInt8] in
    memory.bytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
    function(&pool, rows.lowerBound, rows.upperBound)
    return memory.contents
  }
  expectSame(
    run(kernel.pool!), run(KernelList.reference(kernel.op).pool!),
    "\(height)x\(width)x\(channels), window \(kernelHeight)x\(kernelWidth)")
}
