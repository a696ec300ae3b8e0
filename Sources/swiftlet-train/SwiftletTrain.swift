// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import Runtime
import Training

/// The command line of training.
@main
struct SwiftletTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet-train",
    abstract: "Distil a vision-language model into a student, from its embeddings alone.",
    discussion: """
      Example:
        swiftlet-train bank inspect clip.safetensors
      Exit codes: 0 all right, 1 something failed, 2 bad input, 64 wrong usage.
      """,
    version: SwiftletVersion.current,
    subcommands: [
      RunCommand.self, AlignCommand.self, DistillCommand.self, PredictCommand.self,
      EvaluateCommand.self, BankCommand.self, BenchmarkCommand.self,
    ])

  static func main() {
    // A reader that has gone ends the program without a word.
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try parseAsRoot()
      try command.run()
      guard fflush(nil) == 0 else { fail("standard output cannot be written", code: 1) }
    } catch let error as TrainingError {
      fail(error.description, code: 2)
    } catch let ended as Interrupt.Ended {
      fail("stopped; \(ended.what)", code: Interrupt.Ended.code)
    } catch {
      exit(withError: error)
    }
  }

  private static func fail(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data("swiftlet-train: \(message)\n".utf8))
    Glibc.exit(code)
  }
}
