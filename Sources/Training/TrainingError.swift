// SPDX-License-Identifier: Apache-2.0
import Quantize

/// Why training cannot begin or go on. `description` says what happened, where, and what to do.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  /// Whether something failed, such as a disk, rather than the input being bad.
  public let isFailure: Bool

  /// Input that training cannot use.
  public init(_ description: String) { (self.description, isFailure) = (description, false) }

  /// A fault of the machine or of the run itself, while the input is all right.
  public init(failure description: String) { (self.description, isFailure) = (description, true) }

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
