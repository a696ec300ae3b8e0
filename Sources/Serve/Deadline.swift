// SPDX-License-Identifier: Apache-2.0

struct DeadlinePassed: Error {}

/// Runs `body` and cancels it where it takes longer; then it throws `DeadlinePassed`.
func withDeadline<Value: Sendable>(
  seconds: Double, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: .seconds(seconds))
      throw DeadlinePassed()
    }
    defer { group.cancelAll() }
    guard let value = try await group.next() else { throw DeadlinePassed() }
    return value
  }
}
