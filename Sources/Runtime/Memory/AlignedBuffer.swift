// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Zeroed memory on a 64-byte boundary, freed with its owner. `base` holds `byteCount` bytes.
@safe package struct AlignedBuffer: ~Copyable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int
  /// What `calloc` gave: of the system's fresh pages it knows that they are zero.
  private let memory: UnsafeMutableRawPointer

  /// - Throws: `outOfMemory`.
  package init(byteCount: Int) throws(RuntimeError) {
    let alignment = ModelFormat.alignment
    let (padded, overflow) = byteCount.addingReportingOverflow(2 * alignment)
    guard byteCount >= 0, !overflow, let memory = unsafe calloc(1, padded) else {
      throw .outOfMemory(byteCount: byteCount)
    }
    unsafe self.memory = memory
    unsafe base = memory.alignedUp(toMultipleOf: alignment)
    self.byteCount = byteCount
  }

  deinit { unsafe free(memory) }
}
