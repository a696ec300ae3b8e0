// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Testing

@testable import Runtime

@Suite("Fused nodes")
struct FusionTests {
  private func engine(
    _ block: SmallBlock, isa: InstructionSet, threads: Int, _ fusion: FusionPolicy
  ) throws -> Engine {
    var options = EngineOptions(threads: threads, instructionSet: isa.name.description)
    options.fusion = fusion
    return try Engine.make(Model.load(block.file.span.bytes), options: options)
  }

  private func output(
    _ block: SmallBlock, isa: InstructionSet, threads: Int, _ fusion: FusionPolicy
  ) throws -> [UInt8] {
    let engine = try engine(block, isa: isa, threads: threads, fusion)
    try block.input.withUnsafeBytes { try engine.setInput($0) }
    engine.run()
    return Array(engine.outputBytes)
  }

  @Test("give the bytes of the nodes one by one, on every set, with any threads and buffers")
  func sameBytes() throws {
    var random = TestRandom(11)
    for index in 0..<80 {
      let block = SmallBlock(&random)
      let expected = try output(block, isa: .scalar, threads: 1, .off)
      for isa in InstructionSet.allCases where isa.isSupported {
        for threads in [1, 2, 3] {
          for byteCount in [0, 3000, 1 << 20] {
            let found = try output(
              block, isa: isa, threads: threads, .always(bufferByteCount: byteCount))
            #expect(
              found == expected,
              "block \(index), \(isa), \(threads) threads, \(byteCount) bytes, seed \(random.seed)")
          }
        }
      }
    }
  }

  @Test("are those of the block")
  func count() throws {
    var random = TestRandom(12)
    for _ in 0..<40 {
      let block = SmallBlock(&random)
      let engine = try engine(
        block, isa: .scalar, threads: 1, .always(bufferByteCount: 1000))
      let fused = engine.model.nodes.indices.filter { engine.fusedInto($0) != nil }
      #expect(fused.count == block.fusedCount)
    }
  }

  @Test("allocate nothing while they run a frame")
  func allocations() throws {
    var random = TestRandom(13)
    let block = SmallBlock(&random)
    let engine = try engine(block, isa: .best, threads: 1, .always(bufferByteCount: 0))
    engine.run()
    let before = swiftlet_allocation_count()
    for _ in 0..<3 { engine.run() }
    #expect(swiftlet_allocation_count() == before)
  }

  @Test("need less memory where activations between them are wide")
  func memory() throws {
    var random = TestRandom(14)
    var saved = 0
    for _ in 0..<40 {
      let block = SmallBlock(&random)
      let alone = try engine(block, isa: .scalar, threads: 1, .off).activationByteCount
      let fused = try engine(block, isa: .scalar, threads: 1, .always(bufferByteCount: 0))
        .activationByteCount
      if fused < alone { saved += 1 }
    }
    #expect(saved > 0)
  }
}
