// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

@Suite(.enabled(if: InstructionSet.avx512vnni.isSupported, "this machine has no AVX-512 VNNI"))
struct KernelTestsAVX512VNNI {
  private static let set = InstructionSet.avx512vnni

  @Test(
    "AVX-512 VNNI convolutions equal the reference at every tile edge",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionShapes(_ listed: ListedKernel) { checkConvolutionShapes(listed.kernel) }

  @Test(
    "AVX-512 VNNI convolutions equal the reference on random shapes and partial ranges",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionRanges(_ listed: ListedKernel) { checkConvolutionRanges(listed.kernel) }

  @Test(
    "AVX-512 VNNI convolutions equal the reference over several panels",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionPanels(_ listed: ListedKernel) { checkConvolutionPanels(listed.kernel) }

  @Test(
    "AVX-512 VNNI depthwise convolutions equal the reference at every tile edge",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwiseShapes(_ listed: ListedKernel) { checkDepthwiseShapes(listed.kernel) }

  @Test(
    "AVX-512 VNNI depthwise convolutions equal the reference on random shapes and partial ranges",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwiseRanges(_ listed: ListedKernel) { checkDepthwiseRanges(listed.kernel) }

  @Test(
    "AVX-512 additions equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_ADD, set))
  func additions(_ listed: ListedKernel) {
    checkAdd(listed.kernel)
    checkAddOfAllPairs(listed.kernel)
  }
}
