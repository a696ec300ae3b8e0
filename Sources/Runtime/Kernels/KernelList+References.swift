// SPDX-License-Identifier: Apache-2.0
import CKernels

extension KernelList {
  /// The scalar reference of an operator as a kernel: any shape, any input, no packing.
  package static func reference(_ operation: swiftlet_operator) -> swiftlet_kernel {
    let isDepthwise = operation == SWIFTLET_OPERATOR_DEPTHWISE
    return unsafe swiftlet_kernel(
      name: referenceName(operation), op: operation, isa: SWIFTLET_ISA_SCALAR,
      needs: SWIFTLET_PROOF_NONE, input: SWIFTLET_INPUT_U8, kernel_height: 0, kernel_width: 0,
      stride: 0, input_upper: 0, rows: 1, columns: 1,
      convolution: operation == SWIFTLET_OPERATOR_CONVOLUTION ? convolutionReference : nil,
      depthwise: isDepthwise ? depthwiseReference : nil,
      packed_byte_count: isDepthwise ? { _ in 0 } : nil,
      pack: isDepthwise ? { _, _ in } : nil,
      scratch_byte_count: isDepthwise ? { _ in 0 } : nil,
      add: operation == SWIFTLET_OPERATOR_ADD ? addReference : nil,
      pool: poolReference(operation),
      frame_row: operation == SWIFTLET_OPERATOR_FRAME_ROW ? frameRowReference : nil,
      resize_row: operation == SWIFTLET_OPERATOR_RESIZE_ROW ? resizeRowReference : nil,
      resize_column: operation == SWIFTLET_OPERATOR_RESIZE_COLUMN ? resizeColumnReference : nil)
  }

  static let convolutionReference: swiftlet_convolution_kernel = {
    unsafe ConvolutionReference.run(
      $0, pixelBegin: $1, pixelEnd: $2, blockBegin: $3, blockEnd: $4)
  }

  static let depthwiseReference: swiftlet_depthwise_kernel = {
    depthwise, row, rowEnd, block, blockEnd, _ in
    unsafe DepthwiseReference.run(
      depthwise, rowBegin: row, rowEnd: rowEnd, blockBegin: block, blockEnd: blockEnd)
  }

  static let addReference: swiftlet_add_kernel = {
    unsafe AddReference.run($0, a: $1, b: $2, output: $3, count: $4)
  }

  static let frameRowReference: swiftlet_frame_row_kernel = {
    unsafe FrameRowReference.run($0, output: $1, count: $2)
  }

  static let resizeRowReference: swiftlet_resize_row_kernel = {
    unsafe ResizeReference.row($0, output: $1, count: $2)
  }

  static let resizeColumnReference: swiftlet_resize_column_kernel = {
    unsafe ResizeReference.column($0, output: $1, byteCount: $2)
  }

  private static func poolReference(_ operation: swiftlet_operator) -> swiftlet_pool_kernel? {
    switch operation {
    case SWIFTLET_OPERATOR_AVERAGE_POOL:
      return { unsafe PoolReference.average($0, rowBegin: $1, rowEnd: $2) }
    case SWIFTLET_OPERATOR_MAX_POOL:
      return { unsafe PoolReference.maximum($0, rowBegin: $1, rowEnd: $2) }
    default: return nil
    }
  }

  private static func referenceName(_ operation: swiftlet_operator) -> UnsafePointer<CChar> {
    let name: StaticString =
      switch operation {
      case SWIFTLET_OPERATOR_CONVOLUTION: "convolution_u8__scalar"
      case SWIFTLET_OPERATOR_DEPTHWISE: "depthwise_u8__scalar"
      case SWIFTLET_OPERATOR_ADD: "add_u8__scalar"
      case SWIFTLET_OPERATOR_AVERAGE_POOL: "average_pool_u8__scalar"
      case SWIFTLET_OPERATOR_FRAME_ROW: "frame_row_u8__scalar"
      case SWIFTLET_OPERATOR_RESIZE_ROW: "resize_row_u8__scalar"
      case SWIFTLET_OPERATOR_RESIZE_COLUMN: "resize_column_u8__scalar"
      default: "max_pool_u8__scalar"
      }
    // A string literal lives as long as the program and ends with a zero byte.
    return unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
