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
}
