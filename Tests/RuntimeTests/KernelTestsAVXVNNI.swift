// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

@Suite(.enabled(if: InstructionSet.avxvnni.isSupported, "this machine has no AVX-VNNI"))
struct KernelTestsAVXVNNI {
  private static let set = InstructionSet.avxvnni

  @Test(
    "AVX-VNNI convolutions equal the reference at every tile edge",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionShapes(_ listed: ListedKernel) { checkConvolutionShapes(listed.kernel) }

  @Test(
    "AVX-VNNI convolutions equal the reference on random shapes and partial ranges",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionRanges(_ listed: ListedKernel) { checkConvolutionRanges(listed.kernel) }

  @Test(
    "AVX-VNNI convolutions equal the reference over several panels",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutionPanels(_ listed: ListedKernel) { checkConvolutionPanels(listed.kernel) }

  @Test(
    "AVX-VNNI depthwise convolutions equal the reference at every tile edge",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwiseShapes(_ listed: ListedKernel) { checkDepthwiseShapes(listed.kernel) }

  @Test(
    "AVX-VNNI depthwise convolutions equal the reference on random shapes and partial ranges",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwiseRanges(_ listed: ListedKernel) { checkDepthwiseRanges(listed.kernel) }
}
