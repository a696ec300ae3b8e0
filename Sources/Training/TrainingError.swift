// SPDX-License-Identifier: Apache-2.0

/// Why training cannot begin or go on. `description` says what happened, where, and what to do.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
