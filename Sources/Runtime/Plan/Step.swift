// SPDX-License-Identifier: Apache-2.0
import CKernels

/// One node, resolved: kernels chosen, addresses fixed. All its parts are plain values, so that
/// running it touches no reference count.
///
/// `Planner` vouches for the addresses: the arena and the verified model hold what they point to.
@unsafe enum Step: BitwiseCopyable {
  case convolution(ConvolutionStep)
  case depthwise(DepthwiseStep)
  case add(AddStep)
  case pool(PoolStep)
  case lookup(LookupStep)
  case pad(PadStep)
  /// A group of nodes, at the place of its last one.
  case fused(UnsafePointer<FusedStep>)
  /// Done by the group that the node belongs to.
  case none
}

/// The share of one thread in a step.
struct Share: BitwiseCopyable {
  var thread: Int
  var threads: Int

  /// This thread's part of `0..<count`, in whole multiples of `granule` but for the end.
  func part(of count: Int, granule: Int = 1) -> Range<Int> {
    let units = (count + granule - 1) / granule
    let begin = min(units * thread / threads * granule, count)
    let end = min(units * (thread + 1) / threads * granule, count)
    return begin..<end
  }
}
