// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Training

/// Threads in the place of processes.
struct ThreadExchange: GradientExchange {
  let rank: Int
  var size: Int { meeting.size }
  private let meeting: Meeting

  /// Where the threads wait for each other.
  private final class Meeting: @unchecked Sendable {
    let size: Int
    private let condition = NSCondition()
    private var brought: [Int: [Double]] = [:]
    private var sums: [Double] = []
    private var round = 0

    init(size: Int) { self.size = size }

    func sum(_ values: [Double], rank: Int) throws(TrainingError) -> [Double] {
      condition.lock()
      defer { condition.unlock() }
      let own = round
      brought[rank] = values
      if brought.count == size {
        sums = [Double](repeating: 0, count: values.count)
        for rank in 0..<size {
          guard let part = brought[rank], part.count == values.count else {
            throw TrainingError("process \(rank) adds up something else")
          }
          for index in part.indices { sums[index] += part[index] }
        }
        brought = [:]
        round += 1
        condition.broadcast()
      }
      let end = Date(timeIntervalSinceNow: 60)
      while round == own {
        guard condition.wait(until: end) else { throw TrainingError("others do not come") }
      }
      return sums
    }
  }

  /// Runs `body` on so many threads at once.
  ///
  /// - Returns: what each gave, or its error.
  static func run<Value: Sendable>(
    _ size: Int, _ body: @Sendable @escaping (ThreadExchange) throws -> Value
  ) -> [Result<Value, any Error>] {
    let meeting = Meeting(size: size)
    let results = Mutex([Result<Value, any Error>?](repeating: nil, count: size))
    let group = DispatchGroup()
    for rank in 0..<size {
      group.enter()
      Thread.detachNewThread {
        let result = Result { try body(ThreadExchange(rank: rank, meeting: meeting)) }
        results.withLock { $0[rank] = result }
        group.leave()
      }
    }
    group.wait()
    return results.withLock { $0.compactMap { $0 } }
  }

  func sum(_ values: inout [Float]) throws(TrainingError) {
    values = try meeting.sum(values.map { Double($0) }, rank: rank).map { Float($0) }
  }

  func sum(_ values: inout [Double]) throws(TrainingError) {
    values = try meeting.sum(values, rank: rank)
  }
}
