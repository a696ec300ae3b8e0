// SPDX-License-Identifier: Apache-2.0
import Bundle
import Runtime

/// An end with a message and an exit code, those of `swiftlet`.
struct Failure: Error, Equatable {
  /// Something failed.
  static let failed: Int32 = 1
  /// An input or a model file is bad.
  static let badInput: Int32 = 2
  /// Wrong usage (EX_USAGE of sysexits.h).
  static let usage: Int32 = 64

  /// What happened, where, and what to do next.
  let message: String
  let code: Int32

  init(_ message: String, code: Int32 = Failure.badInput) {
    self.message = message
    self.code = code
  }

  /// What happened to a model file.
  init(_ error: RuntimeError, file path: String) {
    self.init(
      error.message(file: path), code: error.isOfMachine ? Failure.failed : Failure.badInput)
  }

  /// What happened to a bundle, a key or a board's folder.
  init(_ error: BundleError) {
    self.init(error.description, code: error.isOfMachine ? Failure.failed : Failure.badInput)
  }

  static func usage(_ message: String) -> Failure {
    Failure(message + "; 'swiftlet-run --help' explains", code: usage)
  }
}
