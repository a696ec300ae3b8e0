// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The kernels of preprocessing for one instruction set.
@safe struct PixelKernels {
  let frameRow: swiftlet_frame_row_kernel
  let resizeRow: swiftlet_resize_row_kernel
  let resizeColumn: swiftlet_resize_column_kernel

  init(_ isa: InstructionSet) {
    unsafe frameRow = KernelList.frameRow(isa).frame_row ?? KernelList.frameRowReference
    unsafe resizeRow = KernelList.resizeRow(isa).resize_row ?? KernelList.resizeRowReference
    unsafe resizeColumn =
      KernelList.resizeColumn(isa).resize_column ?? KernelList.resizeColumnReference
  }
}
