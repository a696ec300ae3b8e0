// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import MPI
import Training

/// The processes that mpirun started to train one student, this one among them.
enum Processes {
  static let launch = MPILaunch(ProcessInfo.processInfo.environment)

  /// Joins them, before anything is read or written.
  ///
  /// - Throws: `TrainingError` in the first process where they cannot be joined; `ExitCode.success`
  ///   in the others, for it says the same.
  static func join() throws -> any GradientExchange {
    guard launch.rank == 0 || MPIExchange.isAvailable else { throw ExitCode.success }
    return try MPIExchange.join(launch)
  }

  /// Refuses mpirun for a command that is one process's work.
  static func refuse(_ command: String) throws {
    guard launch.size > 1 else { return }
    guard launch.rank == 0 else { throw ExitCode.success }
    throw TrainingError(
      "'\(command)' trains nothing that \(launch.size) processes could share; start it without mpirun"
    )
  }

  /// Says who does what.
  static func report(
    _ exchange: any GradientExchange, _ arguments: RunArguments, domains: Int,
    _ progress: TrainingProgress
  ) {
    guard exchange.size > 1 else { return }
    let (batch, threads) = (arguments.recipe.batch * domains, arguments.data.threads)
    progress.say(
      "\(exchange.size) processes share each batch of \(batch) pictures, \(threads) "
        + (threads == 1 ? "thread each" : "threads each"))
    let cores = ProcessInfo.processInfo.activeProcessorCount
    if cores < threads {
      progress.say(
        "--threads \(threads), but mpirun lets each process use \(cores) of the machine's cores; add "
          + "--bind-to none to mpirun, or take --threads \(cores)")
    }
  }

  /// Ends the exchange, when all processes call it.
  ///
  /// - Throws: `ExitCode.success` in all but the first one, which has the rest to do.
  static func part(_ exchange: any GradientExchange) throws {
    try MPIExchange.finish()
    guard exchange.rank == 0 else { throw ExitCode.success }
  }

  /// Says why this process fails, and ends the others where they would wait for it.
  static func fail(_ message: String, code: Int32) -> Never {
    var name = "swiftlet-train"
    if launch.rank > 0 && MPIExchange.isActive {
      // The first process mostly fails for the same reason, says so, and ends this one.
      signal(SIGTERM, SIG_DFL)
      Thread.sleep(forTimeInterval: 1)
      name += ", process \(launch.rank)"
    }
    FileHandle.standardError.write(Data("\(name): \(message)\n".utf8))
    MPIExchange.abort(code: code)
    Glibc.exit(code)
  }
}
