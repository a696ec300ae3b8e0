// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Which sums of products of a weight block fit int16: docs/model-format.md, *Proof*.
package enum WeightProof: UInt8, Sendable, Comparable {
  case none = 0
  case pair = 1
  case quad = 2

  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

  /// The strongest rule that one block keeps.
  ///
  /// - Parameters:
  ///   - weights: one block, `[byteCount / 64][16][4]`; the caller vouches for its size.
  ///   - inputUpper: the largest input, 1...255.
  package static func strongest(
    _ weights: UnsafePointer<Int8>, byteCount: Int, inputUpper: Int
  ) -> WeightProof {
    let proof = unsafe swiftlet_prove_block(weights, byteCount, Int32(inputUpper))
    return WeightProof(rawValue: UInt8(truncatingIfNeeded: proof.rawValue)) ?? .none
  }
}
