// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

@Suite(.enabled(if: InstructionSet.avx2.isSupported, "this machine has no AVX2"))
struct KernelTestsAVX2 {
  private static let set = InstructionSet.avx2

  @Test(
    "AVX2 convolutions equal the reference at every tile edge",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionShapes(_ listed: ListedKernel) { checkConvolutionShapes(listed.kernel) }

  @Test(
    "AVX2 convolutions equal the reference on random shapes and partial ranges",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionRanges(_ listed: ListedKernel) { checkConvolutionRanges(listed.kernel) }

  @Test(
    "AVX2 convolutions equal the reference over several panels",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionPanels(_ listed: ListedKernel) { checkConvolutionPanels(listed.kernel) }

  @Test(
    "AVX2 depthwise convolutions equal the reference at every tile edge",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwiseShapes(_ listed: ListedKernel) { checkDepthwiseShapes(listed.kernel) }

  @Test(
    "AVX2 depthwise convolutions equal the reference on random shapes and partial ranges",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwiseRanges(_ listed: ListedKernel) { checkDepthwiseRanges(listed.kernel) }

  @Test(
    "AVX2 additions equal the reference, in place too",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_ADD, set))
  func additions(_ listed: ListedKernel) {
    checkAdd(listed.kernel)
    checkAddOfAllPairs(listed.kernel)
  }

  @Test(
    "AVX2 pools equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_AVERAGE_POOL, set)
      + ListedKernel.all(SWIFTLET_OPERATOR_MAX_POOL, set))
  func pools(_ listed: ListedKernel) { checkPool(listed.kernel) }

  @Test(
    "AVX2 conversions of frame rows equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_FRAME_ROW, set))
  func frameRows(_ listed: ListedKernel) { checkFrameRow(listed.kernel) }

  @Test(
    "AVX2 resizes along rows equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_RESIZE_ROW, set))
  func resizeRows(_ listed: ListedKernel) { checkResizeRow(listed.kernel) }

  @Test(
    "AVX2 resizes along columns equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_RESIZE_COLUMN, set))
  func resizeColumns(_ listed: ListedKernel) { checkResizeColumn(listed.kernel) }

  @Test("Every depthwise shape has a vector kernel, and its fastest exact one is chosen")
  func depthwiseChoices() {
    let choose = { (set: InstructionSet, kernel: (Int, Int), strides: (Int, Int), upper: Int) in
      depthwiseChoice(set, kernel: kernel, strides: strides, inputUpper: upper)
    }
    #expect(choose(.avx2, (3, 3), (1, 1), 127) == "depthwise_u7_3x3s1__avx2")
    #expect(choose(.avx2, (5, 5), (2, 2), 127) == "depthwise_u7_5x5s2__avx2")
    #expect(choose(.avx2, (3, 3), (1, 1), 255) == "depthwise_s16_3x3s1__avx2")
    #expect(choose(.avx2, (5, 5), (2, 2), 128) == "depthwise_s16_5x5s2__avx2")
    #expect(choose(.avx2, (3, 3), (1, 2), 127) == "depthwise_s16_any__avx2")
    #expect(choose(.avx2, (3, 5), (1, 1), 127) == "depthwise_s16_any__avx2")
    #expect(choose(.avx2, (7, 7), (2, 2), 255) == "depthwise_s16_any__avx2")
    #expect(choose(.avxvnni, (3, 3), (1, 1), 127) == "depthwise_u8_3x3s1__avxvnni")
    #expect(choose(.avxvnni, (5, 5), (2, 2), 255) == "depthwise_u8_5x5s2__avxvnni")
    #expect(choose(.avxvnni, (7, 7), (1, 1), 255) == "depthwise_s16_any__avx2")
    #expect(choose(.avx512vnni, (3, 3), (1, 1), 255) == "depthwise_u8_3x3s1__avx512vnni")
    #expect(choose(.avx512vnni, (7, 7), (1, 1), 127) == "depthwise_s16_any__avx2")
  }
}
