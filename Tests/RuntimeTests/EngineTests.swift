// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Testing

@testable import Runtime

@Suite("The engine")
struct EngineTests {
  static let sets = InstructionSet.allCases.filter(\.isSupported)

  private func run(_ file: [UInt8], _ input: [UInt8], isa: String, threads: Int) throws -> [UInt8] {
    let model = try Model.load(file.span.bytes)
    let engine = try Engine.make(
      model, options: EngineOptions(threads: threads, instructionSet: isa))
    try input.withUnsafeBytes { try engine.setInput($0) }
    engine.run()
    return Array(engine.outputBytes)
  }

  @Test("gives what the definition of a convolution says, on every set and any threads")
  func convolutions() throws {
    var random = TestRandom(1)
    for index in 0..<60 {
      let network = SmallNetwork.convolution(&random)
      for isa in Self.sets {
        for threads in [1, 2, 3] {
          let output = try run(
            network.file, network.input, isa: isa.name.description, threads: threads)
          #expect(
            output == network.expected,
            "network \(index), \(isa), \(threads) threads, seed \(random.seed)")
        }
      }
    }
  }

  @Test("gives what the definition of a depthwise convolution says")
  func depthwise() throws {
    var random = TestRandom(2)
    for index in 0..<60 {
      let network = SmallNetwork.depthwise(&random)
      for isa in Self.sets {
        for threads in [1, 2] {
          let output = try run(
            network.file, network.input, isa: isa.name.description, threads: threads)
          #expect(
            output == network.expected,
            "network \(index), \(isa), \(threads) threads, seed \(random.seed)")
        }
      }
    }
  }

  @Test("adds, pools, looks up and pads as the format says")
  func smallOperators() throws {
    var random = TestRandom(3)
    for isa in Self.sets {
      let network = SmallOperators.make(&random)
      let output = try run(network.file, network.input, isa: isa.name.description, threads: 2)
      #expect(output == network.expected, "\(isa), seed \(random.seed)")
    }
  }

  @Test("allocates nothing while it runs a frame")
  func allocations() throws {
    var random = TestRandom(4)
    for network in [SmallNetwork.convolution(&random), SmallNetwork.depthwise(&random)] {
      let model = try Model.load(network.file.span.bytes)
      let engine = try Engine.make(model)
      engine.run()
      let before = swiftlet_allocation_count()
      for _ in 0..<3 { engine.run() }
      #expect(swiftlet_allocation_count() == before)
    }
  }

  @Test("the allocation counter counts")
  func counterCounts() {
    let before = swiftlet_allocation_count()
    let array = [Int](repeating: 1, count: Int.random(in: 1000...2000))
    #expect(array.count >= 1000)
    #expect(swiftlet_allocation_count() > before)
  }

  @Test("many engines start and stop their threads")
  func threadsEnd() throws {
    var random = TestRandom(5)
    let network = SmallNetwork.convolution(&random)
    for threads in [1, 2, 5, 64] {
      for _ in 0..<3 {
        #expect(
          try run(network.file, network.input, isa: "scalar", threads: threads)
            == network.expected)
      }
    }
  }

  @Test("a wrong input length is an error")
  func wrongInput() throws {
    var random = TestRandom(6)
    let network = SmallNetwork.convolution(&random)
    #expect(throws: RuntimeError.wrongInputSize(expected: network.input.count, actual: 1)) {
      _ = try run(network.file, [0], isa: "scalar", threads: 1)
    }
  }

  @Test("an unknown instruction set is an error")
  func unknownSet() throws {
    var random = TestRandom(7)
    let network = SmallNetwork.convolution(&random)
    #expect(throws: RuntimeError.unsupportedInstructionSet) {
      _ = try run(network.file, network.input, isa: "mmx", threads: 1)
    }
  }
}
