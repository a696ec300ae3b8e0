// SPDX-License-Identifier: Apache-2.0
import Training

#if MPI
  import CMPI
#endif

/// Processes that Open MPI's mpirun started, on one machine or on several. One thread alone may use
/// it.
public struct MPIExchange: GradientExchange {
  /// Whether the program was built with the package trait `MPI`.
  public static var isAvailable: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  public let rank: Int
  public let size: Int

  /// Joins the processes that mpirun started.
  ///
  /// - Returns: `SingleProcess` where mpirun started none, or this one alone.
  /// - Throws: `TrainingError` where there are several and the program was built without MPI, or
  ///   they do not find each other.
  public static func join(_ launch: MPILaunch) throws(TrainingError) -> any GradientExchange {
    guard launch.size > 1 else { return SingleProcess() }
    #if MPI
      var (rank, size): (Int32, Int32) = (0, 1)
      try check(swiftlet_mpi_start(&rank, &size), "the processes cannot find each other")
      return MPIExchange(rank: Int(rank), size: Int(size))
    #else
      throw TrainingError(
        "mpirun started \(launch.size) processes, but this program was built without MPI, so each "
          + "would train a student of its own; start it without mpirun, or build it with: "
          + "scripts/setup --mpi && swift build -c release --traits MPI")
    #endif
  }

  /// Whether processes have joined that would wait for this one.
  public static var isActive: Bool {
    #if MPI
      swiftlet_mpi_is_active() != 0
    #else
      false
    #endif
  }

  /// Ends the exchange, when all processes call it; where none have joined it does nothing.
  public static func finish() throws(TrainingError) {
    #if MPI
      guard isActive else { return }
      try check(swiftlet_mpi_finish(), "the processes cannot part")
    #endif
  }

  /// Ends this process and all that have joined it; where none have, it does nothing.
  ///
  /// - Parameter code: of the exit.
  public static func abort(code: Int32) {
    #if MPI
      if isActive { swiftlet_mpi_abort(code) }
    #endif
  }

  /// Adds up in process 0 and copies its sums, so that all have the same bits.
  public func sum(_ values: inout [Float]) throws(TrainingError) {
    #if MPI
      try sum(&values) { swiftlet_mpi_sum_floats($0, $1, $2) }
    #endif
  }

  public func sum(_ values: inout [Double]) throws(TrainingError) {
    #if MPI
      try sum(&values) { swiftlet_mpi_sum_doubles($0, $1, $2) }
    #endif
  }

  #if MPI
    /// Numbers of one call: MPI counts in 32 bits, and makes a copy of as many.
    private static let partCount = 1 << 22

    private func sum<Number>(
      _ values: inout [Number], _ body: (UnsafeMutablePointer<Number>, Int32, Int32) -> Int32
    ) throws(TrainingError) {
      var code: Int32 = 0
      values.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        var first = 0
        while first < values.count && code == 0 {
          let count = min(Self.partCount, values.count - first)
          code = body(base + first, Int32(count), Int32(rank))
          first += count
        }
      }
      try Self.check(code, "process \(rank) of \(size) cannot exchange with the others")
    }

    private static func check(_ code: Int32, _ what: String) throws(TrainingError) {
      guard code != 0 else { return }
      var text = [CChar](repeating: 0, count: 513)
      swiftlet_mpi_message(code, &text)
      let message = String(
        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw TrainingError(
        "\(what): \(message); see what mpirun says, then start the same command again: it goes on "
          + "from the checkpoint")
    }
  #endif
}
