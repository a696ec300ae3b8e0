// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A board that ssh reaches.
struct RemoteBoard {
  /// `user@host`, or a name of ssh's configuration.
  let host: String
  let port: Int?
  /// `-o` options of ssh.
  let options: [String]

  private var command: [String] {
    var words = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15"]
    if let port { words += ["-p", String(port)] }
    for option in options { words += ["-o", option] }
    // Whatever the name is, it is no option of ssh.
    return words + ["--", host]
  }

  /// Runs a script of the board's shell and returns what it wrote.
  ///
  /// - Parameter input: a file that the script reads on its standard input.
  func run(_ script: String, input: String? = nil) throws -> ChildProcess.Outcome {
    try ChildProcess.run(command + [script], input: input, takesOutput: true)
  }

  /// As `run`; what the script writes is shown while it comes.
  func show(_ script: String) throws -> Int32 {
    try ChildProcess.run(command + [script]).code
  }

  /// As `run`, and a failure ends the command.
  @discardableResult
  func require(_ script: String, input: String? = nil, to purpose: String) throws -> String {
    let outcome = try run(script, input: input)
    guard outcome.code == 0 else {
      let words = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
      let advice =
        outcome.code == 255
        ? "check the name, that 'ssh \(host)' works with a key and without a question"
        : "check it there"
      throw Failure(
        "\(host): \(purpose) failed (exit code \(outcome.code)): "
          + "\(words.isEmpty ? "no message" : words); \(advice)", code: Failure.failed)
    }
    return outcome.output
  }
}
