// SPDX-License-Identifier: Apache-2.0
import CKernels

/// What one node takes of memory on one machine, in bytes, as its plan has it.
package struct NodeMemory: Sendable, Equatable {
  /// The arena's bytes that are in use while the node runs: activations that somebody still reads,
  /// and the node's scratch.
  package var live = 0
  /// Of the live bytes, those of this node alone: a bordered copy of its input, which all threads
  /// share, or the scratch of every thread. Where nodes run together, the depthwise convolution has
  /// the rows that they hand on to each other.
  package var scratch = 0
  /// Of the scratch, the part of each thread; 0 where threads share it.
  package var scratchPerThread = 0
  /// Weights, biases, multipliers and tables that a frame reads from the model file in place.
  package var mapped = 0
  /// Copies of weights in the order of the kernel, which reads them instead of the file's.
  package var packed = 0
  /// The rest of what the plan made for the node: its step, offsets, biases that differ from the
  /// file's.
  package var tables = 0
}

/// What all nodes take together.
package struct EngineMemory: Sendable, Equatable {
  /// The arena: what activations and scratch need at most, after placement.
  package var arena: Int
  /// The first node with the most live bytes.
  package var peakNode: Int
  /// The live bytes of that node. Placement may need more: see `arena`.
  package var peakLive: Int
  /// The greatest scratch of one thread.
  package var scratchPerThread: Int
  /// The model file, mapped or held.
  package var file: Int
  /// Sums over the nodes; nodes that share weights count each.
  package var mapped: Int
  package var packed: Int
  package var tables: Int
}

/// What one node takes beside activations, as `NodeMemory` has it. Written while nodes are planned
/// one by one: behind that, a group of them is one step.
struct NodeAllocation: BitwiseCopyable {
  var packed: Int
  var tables: Int
  var mapped: Int
  var scratchPerThread: Int

  init(_ step: Step, packed: Int, tables: Int) {
    self.packed = packed
    self.tables = tables
    mapped = unsafe step.mappedByteCount(isPacked: packed > 0)
    scratchPerThread = unsafe step.scratchPerThread
  }
}

extension Step {
  /// Bytes of the model file that a frame reads for this step.
  ///
  /// - Parameter isPacked: whether the kernel reads a copy of the weights instead of the file's.
  func mappedByteCount(isPacked: Bool) -> Int {
    switch unsafe self {
    case .convolution(let step):
      return unsafe (0..<step.runCount).reduce(0) { unsafe $0 + step.runs[$1].mappedByteCount }
    case .depthwise(let step): return unsafe step.mappedByteCount(isPacked)
    case .lookup: return 256
    case .add, .pool, .pad, .fused, .none: return 0
    }
  }

  var scratchPerThread: Int {
    if case .depthwise(let step) = unsafe self { return unsafe step.scratchStride }
    return 0
  }
}

extension ConvolutionRun {
  /// Weights, bias and multiplier of the run's blocks; a centred bias replaces the file's.
  fileprivate var mappedByteCount: Int {
    let weights = unsafe convolution.segment_count * convolution.k_groups * 64
    let perChannel = unsafe convolution.centred_bias == nil ? 8 : 4
    return unsafe blockCount * (weights + 16 * perChannel)
  }
}

extension DepthwiseStep {
  fileprivate func mappedByteCount(_ isPacked: Bool) -> Int {
    let taps = unsafe Int(depthwise.kernel_height * depthwise.kernel_width)
    return unsafe blockCount * ((isPacked ? 0 : taps * 16) + 16 * 8)
  }
}
