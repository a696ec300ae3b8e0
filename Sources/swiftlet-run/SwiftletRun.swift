// SPDX-License-Identifier: Apache-2.0
import Pipeline
import Runtime

/// The board runner's command line.
enum SwiftletRun {
  /// - Parameter words: behind the program's name.
  /// - Returns: the exit code.
  static func run(_ words: [String]) -> Int32 {
    do throws(Failure) {
      return try dispatch(words)
    } catch {
      Terminal.write("swiftlet-run: " + error.message + "\n", to: Terminal.standardError)
      return error.code
    }
  }

  /// The first word may name a command; else it is a watch.
  private static func dispatch(_ words: [String]) throws(Failure) -> Int32 {
    if words.contains("--help") || words.contains("-h") {
      Terminal.write(RunHelp.text, to: Terminal.standardOutput)
      return 0
    }
    switch words.first {
    case "--version":
      Terminal.write(SwiftletVersion.current + "\n", to: Terminal.standardOutput)
      return 0
    case "verify":
      try SelfTest.run(Array(words.dropFirst()))
      return 0
    case "update":
      try BoardUpdating.run(Array(words.dropFirst()))
      return 0
    default:
      let reason = try RunSession(arguments: RunArguments(words)).run()
      return reason == .error ? Failure.failed : 0
    }
  }
}
