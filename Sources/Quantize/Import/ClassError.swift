// SPDX-License-Identifier: Apache-2.0

/// What is wrong with class embeddings, a bank of them, or a change to a model's classes, and what
/// to do next.
public struct ClassError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
