// SPDX-License-Identifier: Apache-2.0
import Quantize

/// Why training cannot begin or go on. `description` says what happened, where, and what to do.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// What `body` gives; an error of a safetensors file becomes one of training.
  static func reading<Result>(
    _ body: () throws(SafetensorsError) -> Result
  ) throws(TrainingError) -> Result {
    do {
      return try body()
    } catch {
      throw TrainingError(error.description)
    }
  }
}
