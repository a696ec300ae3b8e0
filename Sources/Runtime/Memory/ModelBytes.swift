// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The bytes of a model file, 64-byte aligned: a private read-only mapping, or a copy in memory.
///
/// A mapped file must not be shortened while it is in use; replace it by renaming another over it.
/// `base` holds `count` bytes as long as this value lives.
@safe package struct ModelBytes: ~Copyable {
  package let base: UnsafeRawPointer
  package let count: Int
  private let isMapped: Bool

  private init(base: UnsafeRawPointer, count: Int, isMapped: Bool) {
    unsafe self.base = base
    self.count = count
    self.isMapped = isMapped
  }

  /// Maps the file at `path`.
  /// - Throws: `fileUnreadable`; `notAModel` for an empty file.
  package static func map(_ path: String) throws(RuntimeError) -> ModelBytes {
    let descriptor = unsafe path.withCString { unsafe swiftlet_open_read_only($0) }
    guard descriptor >= 0 else { throw .fileUnreadable(errno: swiftlet_errno()) }
    defer { close(descriptor) }
    var byteCount: Int64 = 0
    let code = unsafe swiftlet_regular_file_size(descriptor, &byteCount)
    guard code == 0 else { throw .fileUnreadable(errno: code) }
    guard byteCount > 0 else { throw .notAModel }
    guard let count = Int(exactly: byteCount) else { throw .fileUnreadable(errno: EFBIG) }
    guard let base = unsafe swiftlet_map_read_only(descriptor, count) else {
      throw .fileUnreadable(errno: swiftlet_errno())
    }
    return unsafe ModelBytes(base: UnsafeRawPointer(base), count: count, isMapped: true)
  }

  /// Copies bytes that are already in memory.
  /// - Throws: `outOfMemory`; `notAModel` when there are none.
  package static func copy(_ bytes: UnsafeRawBufferPointer) throws(RuntimeError) -> ModelBytes {
    guard let source = bytes.baseAddress, bytes.count > 0 else { throw .notAModel }
    let rounded = (bytes.count + ModelFormat.alignment - 1) & ~(ModelFormat.alignment - 1)
    guard let base = unsafe aligned_alloc(ModelFormat.alignment, rounded) else {
      throw .outOfMemory(byteCount: bytes.count)
    }
    unsafe memcpy(base, source, bytes.count)
    return unsafe ModelBytes(base: UnsafeRawPointer(base), count: bytes.count, isMapped: false)
  }

  package var buffer: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base, count: count)
  }

  deinit {
    let address = unsafe UnsafeMutableRawPointer(mutating: base)
    if isMapped {
      unsafe munmap(address, count)
    } else {
      unsafe free(address)
    }
  }
}
