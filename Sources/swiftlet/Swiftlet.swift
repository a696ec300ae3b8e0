// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Runtime

/// The command line.
@main
struct Swiftlet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet",
    abstract: "Distilled vision for small boards: quantize a student, classify pictures.",
    discussion: """
      Example:
        swiftlet classify photo.jpg
      Exit codes: 0 all right, 1 something failed, 2 bad input or model file, 64 wrong usage.
      """,
    version: SwiftletVersion.current,
    subcommands: [
      ClassifyCommand.self, WatchCommand.self, CamerasCommand.self, QuantizeCommand.self,
      InspectCommand.self, VerifyCommand.self, LabelsCommand.self, EvaluateCommand.self,
      BenchmarkCommand.self, DeployCommand.self, KeysCommand.self,
    ])

  static func main() {
    // A reader that has gone ends the program without a word.
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try parseAsRoot()
      try command.run()
      guard fflush(nil) == 0 else {
        throw Failure(
          "standard output cannot be written (\(String(cString: strerror(errno)))); check the free "
            + "space", code: Failure.failed)
      }
    } catch let failure as Failure {
      if !failure.message.isEmpty { Terminal.complain(failure.message) }
      Glibc.exit(failure.code)
    } catch {
      exit(withError: error)
    }
  }
}
