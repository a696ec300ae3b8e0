// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Zeroed memory on a 64-byte boundary, freed with its owner. `base` holds `byteCount` bytes.
@safe package struct AlignedBuffer: ~Copyable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int

  /// - Throws: `outOfMemory`.
  package init(byteCount: Int) throws(RuntimeError) {
    let mask = ModelFormat.alignment - 1
    let (padded, overflow) = byteCount.addingReportingOverflow(mask)
    guard byteCount >= 0, !overflow else { throw .outOfMemory(byteCount: byteCount) }
    let rounded = max(padded & ~mask, ModelFormat.alignment)
    guard let memory = unsafe aligned_alloc(ModelFormat.alignment, rounded) else {
      throw .outOfMemory(byteCount: byteCount)
    }
    unsafe memset(memory, 0, rounded)
    unsafe self.base = memory
    self.byteCount = byteCount
  }

  deinit { unsafe free(base) }
}
