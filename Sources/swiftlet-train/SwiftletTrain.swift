// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import MPI
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
      var command = try parsed()
      try command.run()
      guard fflush(nil) == 0 else {
        Processes.fail("standard output cannot be written", code: 1)
      }
    } catch let error as TrainingError {
      Processes.fail(error.description, code: error.isFailure ? 1 : 2)
    } catch let ended as Interrupt.Ended {
      Processes.fail("stopped; \(ended.what)", code: Interrupt.Ended.code)
    } catch let code as ExitCode {
      exit(withError: code)
    } catch {
      guard MPIExchange.isActive else { exit(withError: error) }
      Processes.fail(fullMessage(for: error), code: exitCode(for: error).rawValue)
    }
  }

  /// The command; of several processes with the same arguments the first one alone says what is wrong
  /// with them.
  private static func parsed() throws -> any ParsableCommand {
    do {
      return try parseAsRoot()
    } catch {
      throw Processes.launch.rank == 0 ? error : ExitCode.success
    }
  }
}
