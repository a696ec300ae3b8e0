// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

@Suite(.enabled(if: InstructionSet.neon.isSupported, "this machine has no NEON"))
struct KernelTestsNEON {
  private static let set = InstructionSet.neon

  @Test(
    "NEON convolutions equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutions(_ listed: ListedKernel) { checkConvolutions(listed.kernel) }

  @Test(
    "NEON depthwise convolutions equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwise(_ listed: ListedKernel) { checkDepthwise(listed.kernel) }

  @Test(
    "NEON additions equal the reference, in place too",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_ADD, set))
  func additions(_ listed: ListedKernel) {
    checkAdd(listed.kernel)
    checkAddOfAllPairs(listed.kernel)
  }

  @Test(
    "NEON pools equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_AVERAGE_POOL, set)
      + ListedKernel.all(SWIFTLET_OPERATOR_MAX_POOL, set))
  func pools(_ listed: ListedKernel) { checkPool(listed.kernel) }

  @Test(
    "NEON conversions of frame rows equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_FRAME_ROW, set))
  func frameRows(_ listed: ListedKernel) { checkFrameRow(listed.kernel) }

  @Test(
    "NEON resizes along rows equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_RESIZE_ROW, set))
  func resizeRows(_ listed: ListedKernel) { checkResizeRow(listed.kernel) }

  @Test(
    "NEON resizes along columns equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_RESIZE_COLUMN, set))
  func resizeColumns(_ listed: ListedKernel) { checkResizeColumn(listed.kernel) }
}

@Suite(.enabled(if: InstructionSet.dotprod.isSupported, "this machine has no sdot"))
struct KernelTestsDotprod {
  private static let set = InstructionSet.dotprod

  @Test(
    "dotprod convolutions equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, set))
  func convolutions(_ listed: ListedKernel) { checkConvolutions(listed.kernel) }

  @Test(
    "dotprod depthwise convolutions equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_DEPTHWISE, set))
  func depthwise(_ listed: ListedKernel) { checkDepthwise(listed.kernel) }
}

@Suite(.enabled(if: InstructionSet.i8mm.isSupported, "this machine has no usmmla"))
struct KernelTestsI8MM {
  @Test(
    "i8mm convolutions equal the reference",
    arguments: ListedKernel.all(SWIFTLET_OPERATOR_CONVOLUTION, .i8mm))
  func convolutions(_ listed: ListedKernel) { checkConvolutions(listed.kernel) }
}
