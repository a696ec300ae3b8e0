// SPDX-License-Identifier: Apache-2.0
import CKernels

/// A model made ready to run on one machine: memory allocated, kernels chosen, addresses resolved.
///
/// It owns what its pointers point to; the planner filled `stepCount` steps and names, and one
/// address for each tensor.
@safe struct Plan: ~Copyable {
  let arena: AlignedBuffer
  let layout: ArenaLayout
  let fusion: Fusion
  let steps: UnsafeMutablePointer<Step>
  let stepCount: Int
  /// The name of each step's kernel, a string of the program's own.
  let kernelNames: UnsafeMutablePointer<UnsafePointer<CChar>>
  /// Where each tensor starts.
  let tensors: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let memory: PlanMemory

  init(
    arena: consuming AlignedBuffer, layout: ArenaLayout, fusion: Fusion,
    steps: UnsafeMutablePointer<Step>,
    stepCount: Int, kernelNames: UnsafeMutablePointer<UnsafePointer<CChar>>,
    tensors: UnsafeMutablePointer<UnsafeMutableRawPointer>, memory: consuming PlanMemory
  ) {
    self.arena = arena
    self.layout = layout
    self.fusion = fusion
    unsafe self.steps = steps
    self.stepCount = stepCount
    unsafe self.kernelNames = kernelNames
    unsafe self.tensors = tensors
    self.memory = memory
  }
}
