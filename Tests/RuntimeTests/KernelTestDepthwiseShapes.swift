// SPDX-License-Identifier: Apache-2.0
import CKernels

#if !hasFeature(Embedded)
  @testable import Runtime
#endif

extension swiftlet_kernel {
  /// A shape that this depthwise kernel takes, with its own window where it has one.
  fileprivate func shape(
    height: Int, width: Int, channels: Int, using random: inout SeededGenerator
  ) -> DepthwiseCase.Shape {
    let window = { (own: UInt8, other: Int) in own == 0 ? other : Int(own) }
    let kernelHeight = window(kernel_height, Int.random(in: 1...7, using: &random))
    let kernelWidth = window(kernel_width, Int.random(in: 1...7, using: &random))
    return DepthwiseCase.Shape(
      height: height, width: width, channels: channels, kernelHeight: kernelHeight,
      kernelWidth: kernelWidth, strideY: window(stride, Int.random(in: 1...3, using: &random)),
      strideX: window(stride, Int.random(in: 1...3, using: &random)),
      pads: [kernelHeight, kernelWidth, kernelHeight, kernelWidth].map {
        Int.random(in: 0..<$0, using: &random)
      })
  }

  fileprivate func inputUpper(using random: inout SeededGenerator) -> Int {
    input_upper == 0 ? random.pick([127, 255]) : Int(input_upper)
  }
}

/// Every channel count around the blocks' edges, heights and widths around the tile's.
func checkDepthwiseShapes(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 3)
  for channels in [0, 1, 7, 15, 16, 17, 31, 32, 33, 47, 48, 53, 64, 97] {
    for width in 1...11 {
      let shape = kernel.shape(
        height: Int.random(in: 1...8, using: &random), width: width, channels: channels,
        using: &random)
      DepthwiseCase(shape, inputUpper: kernel.inputUpper(using: &random), using: &random)
        .check(kernel)
    }
  }
}

/// Random shapes, the rows and the blocks of a part only.
func checkDepthwiseRanges(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 4)
  for _ in 0..<100 {
    let shape = kernel.shape(
      height: Int.random(in: 1...14, using: &random), width: Int.random(in: 1...21, using: &random),
      channels: Int.random(in: 1...90, using: &random), using: &random)
    let row = Int.random(in: 0...shape.outputHeight, using: &random)
    let block = Int.random(in: 0...shape.blocks, using: &random)
    DepthwiseCase(shape, inputUpper: kernel.inputUpper(using: &random), using: &random).check(
      kernel, rows: row..<Int.random(in: row...shape.outputHeight, using: &random),
      blocks: block..<Int.random(in: block...shape.blocks, using: &random))
  }
}

func checkDepthwise(_ kernel: swiftlet_kernel) {
  checkDepthwiseShapes(kernel)
  checkDepthwiseRanges(kernel)
}

/// The name of the kernel that `set` chooses for a window and strides.
func depthwiseChoice(
  _ set: InstructionSet, kernel: (Int, Int), strides: (Int, Int), inputUpper: Int
) -> String {
  var random = SeededGenerator(seed: 1)
  let shape = DepthwiseCase.Shape(
    height: 9, width: 9, channels: 3, kernelHeight: kernel.0, kernelWidth: kernel.1,
    strideY: strides.0, strideX: strides.1, pads: [0, 0, 0, 0])
  let test = DepthwiseCase(shape, inputUpper: inputUpper, using: &random)
  let output = AlignedBytes(count: 64)
  return String(
    cString: KernelList.depthwise(set, test.operation(output: output.pointer())).name)
}
