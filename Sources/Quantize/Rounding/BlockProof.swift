// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The proof bytes of a convolution; docs/model-format.md, *Proof*.
package enum BlockProof {
  /// The strongest proof of each block of `weights`, which lie in `layout`.
  package static func prove(_ weights: [Int8], _ layout: BlockLayout, upper: Int) -> [UInt8] {
    let byteCount = layout.blockByteCount
    return weights.withUnsafeBufferPointer { buffer in
      (0..<layout.blockCount).map { block in
        guard let base = buffer.baseAddress else { return 0 }
        let proof = swiftlet_prove_block(base + block * byteCount, byteCount, Int32(upper))
        return UInt8(clamping: proof.rawValue)
      }
    }
  }
}
