// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The plan's own memory: tables that are filled once, at fixed addresses, and freed together.
@safe struct PlanMemory: ~Copyable {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []
  private let limit: UInt64
  private(set) var byteCount: UInt64 = 0
  /// Of `byteCount`, what `allocatePacked` gave.
  private(set) var packedByteCount = 0

  /// - Parameter limit: bytes of all allocations together. Nodes may share their weights, so the
  ///   file's size alone does not bound what they need.
  init(limit: UInt64) { self.limit = limit }

  /// Zeroed space for `count` elements on a 64-byte boundary; it lives as long as this memory.
  /// - Throws: `memoryLimit`, `outOfMemory`.
  mutating func allocate<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int
  ) throws(RuntimeError) -> UnsafeMutablePointer<Element> {
    let (byteCount, overflow) = max(count, 1).multipliedReportingOverflow(
      by: MemoryLayout<Element>.stride)
    let mask = ModelFormat.alignment - 1
    self.byteCount += UInt64(clamping: byteCount)
    guard self.byteCount <= limit else {
      throw .memoryLimit(needed: self.byteCount, limit: limit)
    }
    guard !overflow, byteCount < Int.max - mask,
      let memory = unsafe aligned_alloc(ModelFormat.alignment, (byteCount + mask) & ~mask)
    else { throw .outOfMemory(byteCount: byteCount) }
    unsafe memset(memory, 0, byteCount)
    unsafe blocks.append(memory)
    return unsafe memory.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// As `allocate`, for a copy of weights in the order of a kernel.
  mutating func allocatePacked(
    byteCount: Int
  ) throws(RuntimeError) -> UnsafeMutablePointer<UInt8> {
    let memory = try unsafe allocate(UInt8.self, count: byteCount)
    packedByteCount += byteCount
    return unsafe memory
  }

  deinit {
    for index in unsafe blocks.indices { unsafe free(blocks[index]) }
  }
}
