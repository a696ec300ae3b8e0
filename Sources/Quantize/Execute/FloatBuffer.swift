// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// The memory of one activation, with room behind it so that whole vectors may be read and
/// written at its end.
final class FloatBuffer {
  /// Elements that may be touched beyond `capacity`.
  static let slack = 16

  let base: UnsafeMutablePointer<Float>
  let capacity: Int
  /// Elements in use.
  var count: Int

  init(count: Int) {
    self.count = count
    capacity = count
    base = .allocate(capacity: count + Self.slack)
    base.initialize(repeating: 0, count: count + Self.slack)
  }

  deinit { base.deallocate() }

  var elements: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

  func copy(_ values: [Float]) {
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: source.count) }
    }
  }
}

/// Lets several threads write disjoint parts of one activation.
struct FloatTarget: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
}

/// What several threads read.
struct FloatSource: @unchecked Sendable {
  let base: UnsafePointer<Float>

  init(_ buffer: FloatBuffer) { base = UnsafePointer(buffer.base) }
}

/// Runs `body` on at most `threads` parts of `0..<count`, side by side. No part but the last has
/// fewer than `minimum` elements.
func inParallel(
  _ count: Int, threads: Int, minimum: Int = 1, _ body: @Sendable (Range<Int>) -> Void
) {
  let parts = min(threads, count / max(minimum, 1))
  guard parts > 1 else {
    if count > 0 { body(0..<count) }
    return
  }
  DispatchQueue.concurrentPerform(iterations: parts) { part in
    body(count * part / parts..<count * (part + 1) / parts)
  }
}
