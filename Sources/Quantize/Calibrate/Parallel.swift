// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Independent work on several threads.
enum Parallel {
  /// The results of `body` for `0..<count`, in that order whatever the threads.
  static func map<Result: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard threads > 1, count > 1 else { return (0..<count).map(body) }
    let slots = Slots<Result>(count: count)
    let workers = min(threads, count)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: count, by: workers) {
        slots.set(index, body(index))
      }
    }
    return slots.take()
  }

  /// Room for one result an index. Each index is set once, by one thread.
  private final class Slots<Result: Sendable>: @unchecked Sendable {
    private let memory: UnsafeMutableBufferPointer<Result>

    init(count: Int) { memory = .allocate(capacity: count) }

    func set(_ index: Int, _ result: Result) {
      memory.initializeElement(at: index, to: result)
    }

    /// The results, all of which were set.
    func take() -> [Result] {
      Array(unsafeUninitializedCapacity: memory.count) { buffer, count in
        for index in memory.indices {
          buffer.initializeElement(at: index, to: memory.moveElement(from: index))
        }
        count = memory.count
      }
    }

    deinit { memory.deallocate() }
  }
}
