// SPDX-License-Identifier: Apache-2.0
import CPlatform

extension RuntimeError {
  /// Whether this machine is at fault, not the model file.
  package var isOfMachine: Bool {
    switch self {
    case .unsupportedInstructionSet, .outOfMemory, .threadFailed: true
    default: false
    }
  }

  /// What happened to the model file at `path`, and what to do next.
  package func message(file path: String) -> String {
    switch self {
    case .unsupportedInstructionSet: description
    case .fileUnreadable(let code):
      path + ": the model file cannot be read (" + Self.text(code)
        + "); check the path and its permissions"
    default: path + ": " + description
    }
  }

  /// The system's words for an error number.
  private static func text(_ code: Int32) -> String {
    // The C library's string lives until the next call on this thread.
    guard let words = unsafe strerror(code) else { return "error " + String(code) }
    return unsafe String(cString: words)
  }
}
