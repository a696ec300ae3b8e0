// SPDX-License-Identifier: Apache-2.0
import Dispatch

/// Runs all of the server on one thread at a time: it never takes a second core from the network,
/// and the program's other tasks, even blocked ones, do not hold it up.
final class ServeExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "swiftlet.serve", qos: .utility)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
