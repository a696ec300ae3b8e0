// SPDX-License-Identifier: Apache-2.0
import Testing
import Training

@testable import MPI

@Suite("Started by mpirun")
struct LaunchTests {
  @Test("the environment says which process this is, and of how many")
  func environment() {
    let launch = MPILaunch([
      "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
    ])
    #expect(launch.rank == 3 && launch.size == 4 && launch.localSize == 2)
  }

  @Test(
    "without mpirun, or with nonsense, it is one process",
    arguments: [
      [:], ["OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"],
      ["OMPI_COMM_WORLD_SIZE": "many", "OMPI_COMM_WORLD_RANK": "2"],
      ["OMPI_COMM_WORLD_SIZE": "-3", "OMPI_COMM_WORLD_RANK": "-1"],
    ])
  func alone(environment: [String: String]) throws {
    let launch = MPILaunch(environment)
    #expect(launch.rank == 0 && launch.size == 1 && launch.localSize == 1)
    #expect(try MPIExchange.join(launch) is SingleProcess)
    #expect(!MPIExchange.isActive)
  }

  #if !MPI
    @Test("several processes are refused by a program that was built without MPI")
    func refusal() {
      let error = #expect(throws: TrainingError.self) {
        _ = try MPIExchange.join(
          MPILaunch(["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"]))
      }
      #expect(error?.description.contains("swift build -c release --traits MPI") == true)
      #expect(!MPIExchange.isAvailable)
    }
  #endif
}
