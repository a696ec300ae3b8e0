// SPDX-License-Identifier: Apache-2.0

/// Floats at a cache line's boundary, not initialized: what nobody writes takes no memory.
final class FloatMemory {
  let base: MutableFeatures

  init(count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    base = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
