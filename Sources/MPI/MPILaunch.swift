// SPDX-License-Identifier: Apache-2.0

/// What Open MPI's mpirun says to a process that it starts, by its environment.
public struct MPILaunch: Sendable, Equatable {
  /// This process, 0..<size.
  public let rank: Int
  /// Processes that were started; 1 where mpirun started none.
  public let size: Int
  /// Of these, the ones on this machine.
  public let localSize: Int

  /// - Parameter environment: of the process, by name.
  public init(_ environment: [String: String]) {
    func number(_ name: String) -> Int? {
      environment["OMPI_COMM_WORLD_" + name].flatMap { Int($0) }
    }
    let size = max(number("SIZE") ?? 1, 1)
    self.size = size
    rank = min(max(number("RANK") ?? 0, 0), size - 1)
    localSize = min(max(number("LOCAL_SIZE") ?? 1, 1), size)
  }
}
