// SPDX-License-Identifier: Apache-2.0
import CKernels

/// All kernels of this program, and the choice among them. A choice for an instruction set may fall
/// on a kernel of one that it includes, and at last on the scalar reference, which takes any shape.
package enum KernelList {
  /// The kernels compiled into this program, the references not among them.
  package static var all: UnsafeBufferPointer<swiftlet_kernel> {
    var count = 0
    let first = unsafe swiftlet_kernels(&count)
    return unsafe UnsafeBufferPointer(start: first, count: count)
  }

  /// The fastest convolution for weight blocks of `proof` (or a stronger one).
  ///
  /// - Parameters:
  ///   - pixels: output pixels of a call.
  ///   - k: inputs of one output, all segments together.
  ///   - columns: output channels of a call.
  package static func convolutionKernel(
    _ isa: InstructionSet, proof: swiftlet_proof, pixels: Int, k: Int, columns: Int
  ) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_CONVOLUTION) { kernel in
      guard unsafe kernel.needs.rawValue <= proof.rawValue else { return nil }
      return unsafe Int(kernel.needs.rawValue)
    } ?? reference(SWIFTLET_OPERATOR_CONVOLUTION)
  }

  /// The function of ``convolutionKernel(_:proof:pixels:k:columns:)``.
  package static func convolution(
    _ isa: InstructionSet, proof: swiftlet_proof, pixels: Int, k: Int, columns: Int
  ) -> swiftlet_convolution_kernel {
    let kernel = unsafe convolutionKernel(
      isa, proof: proof, pixels: pixels, k: k, columns: columns)
    return unsafe kernel.convolution ?? convolutionReference
  }

  /// The fastest kernel for the shape and the input range of `depthwise`.
  package static func depthwise(
    _ isa: InstructionSet, _ depthwise: swiftlet_depthwise
  ) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_DEPTHWISE) { kernel in
      unsafe kernel.takes(depthwise) ? (kernel.input_upper == 0 ? 0 : 1) : nil
    } ?? reference(SWIFTLET_OPERATOR_DEPTHWISE)
  }

  package static func add(_ isa: InstructionSet) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_ADD) { _ in 0 } ?? reference(SWIFTLET_OPERATOR_ADD)
  }

  package static func averagePool(_ isa: InstructionSet) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_AVERAGE_POOL) { _ in 0 }
      ?? reference(SWIFTLET_OPERATOR_AVERAGE_POOL)
  }

  package static func maxPool(_ isa: InstructionSet) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_MAX_POOL) { _ in 0 }
      ?? reference(SWIFTLET_OPERATOR_MAX_POOL)
  }

  /// Converts rows of camera frames.
  package static func frameRow(_ isa: InstructionSet) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_FRAME_ROW) { _ in 0 }
      ?? reference(SWIFTLET_OPERATOR_FRAME_ROW)
  }

  /// The horizontal half of a resize.
  package static func resizeRow(_ isa: InstructionSet) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_RESIZE_ROW) { _ in 0 }
      ?? reference(SWIFTLET_OPERATOR_RESIZE_ROW)
  }

  /// The vertical half of a resize.
  package static func resizeColumn(_ isa: InstructionSet) -> swiftlet_kernel {
    unsafe select(isa, SWIFTLET_OPERATOR_RESIZE_COLUMN) { _ in 0 }
      ?? reference(SWIFTLET_OPERATOR_RESIZE_COLUMN)
  }

  /// The kernel of the richest instruction set within `isa`, among those the one that `rank` puts
  /// highest; `rank` is nil for a kernel that does not fit.
  private static func select(
    _ isa: InstructionSet, _ operation: swiftlet_operator, rank: (swiftlet_kernel) -> Int?
  ) -> swiftlet_kernel? {
    var best: swiftlet_kernel?
    var bestRank = (isa: UInt32(0), own: -1)
    let kernels = unsafe all
    for i in kernels.indices {
      let kernel = unsafe kernels[i]
      guard unsafe kernel.op == operation,
        let set = unsafe InstructionSet(rawValue: kernel.isa.rawValue), isa.includes(set),
        let own = unsafe rank(kernel), (set.rawValue, own) > bestRank
      else { continue }
      unsafe best = kernel
      bestRank = (set.rawValue, own)
    }
    return unsafe best
  }
}

extension swiftlet_kernel {
  /// Whether this depthwise kernel computes the shape of `d` and is exact for its inputs.
  func takes(_ d: swiftlet_depthwise) -> Bool {
    let shape =
      unsafe (kernel_height == 0 || Int(kernel_height) == d.kernel_height)
      && (kernel_width == 0 || Int(kernel_width) == d.kernel_width)
    let strides =
      unsafe stride == 0 || (Int(stride) == d.stride_y && Int(stride) == d.stride_x)
    return unsafe shape && strides && (input_upper == 0 || d.input_upper <= input_upper)
  }
}
