// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Training

extension ComparisonPlan {
  /// Starts the same command several times; each takes the cells that no other one has.
  func startJobs() throws {
    // The last one of an option counts.
    let arguments = CommandLine.arguments.dropFirst() + ["--jobs", "1", "--worker"]
    let processes = try (0..<command.jobs).map { _ in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments = Array(arguments)
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      return process
    }
    wait(for: processes)
    if Interrupt.isRequested {
      throw Interrupt.Ended(what: "the same command does the runs that are left")
    }
    guard processes.allSatisfy({ $0.terminationStatus == 0 }) else {
      throw TrainingError(
        failure: "a process ended with an error; see above. Finished runs are kept")
    }
  }

  /// Ctrl-C at a terminal reaches all processes; a signal to this one alone is passed on.
  private func wait(for processes: [Process]) {
    Interrupt.install()
    var isPassedOn = false
    while processes.contains(where: \.isRunning) {
      usleep(50_000)
      guard Interrupt.isRequested, !isPassedOn else { continue }
      isPassedOn = true
      // A second SIGINT would end a process at once; SIGTERM beside it does not.
      for process in processes where process.isRunning { process.terminate() }
    }
    for process in processes { process.waitUntilExit() }
  }
}
