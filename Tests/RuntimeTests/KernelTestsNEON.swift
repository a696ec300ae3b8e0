// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

@Suite(.enabled(if: InstructionSet.neon.isSupported, "this machine has no NEON"))
struct KernelTestsNEON {
  private static let set = InstructionSet.neon

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
