// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

@Suite("The report of an engine's memory")
struct EngineMemoryTests {
  private func engine(_ file: [UInt8], isa: String, threads: Int) throws -> Engine {
    try Engine.make(
      Model.load(file.span.bytes), options: EngineOptions(threads: threads, instructionSet: isa))
  }

  /// A chain: while a node runs, its input and its output live, and nothing else but its scratch.
  private func chainBytes(_ model: borrowing Model, _ node: NodeRecord) -> Int {
    [node.input, node.output].reduce(0) {
      $0 + (model.tensors[$1].byteCount + Int(SWIFTLET_SLACK) + 63) / 64 * 64
    }
  }

  @Test("a node's live bytes are its input, its output and its scratch; the arena holds the peak")
  func live() throws {
    var random = TestRandom(21)
    for index in 0..<40 {
      let network =
        index % 2 == 0 ? SmallNetwork.convolution(&random) : SmallNetwork.depthwise(&random)
      for isa in EngineTests.sets {
        for threads in [1, 3] {
          let engine = try engine(network.file, isa: isa.name.description, threads: threads)
          let place = "network \(index), \(isa), \(threads) threads, seed \(random.seed)"
          let nodes = engine.model.nodes.indices.map { engine.memory(of: $0) }
          for (node, record) in zip(nodes, engine.model.nodes) {
            #expect(node.live == chainBytes(engine.model, record) + node.scratch, "\(place)")
            #expect(node.scratch >= threads * node.scratchPerThread, "\(place)")
          }
          let sum = engine.memory
          #expect(sum.peakLive == nodes.map(\.live).max(), "\(place)")
          #expect(nodes[sum.peakNode].live == sum.peakLive, "\(place)")
          #expect(sum.arena >= sum.peakLive, "\(place)")
          #expect(sum.scratchPerThread == nodes.map(\.scratchPerThread).max(), "\(place)")
          #expect(sum.packed == nodes.reduce(0) { $0 + $1.packed }, "\(place)")
        }
      }
    }
  }

  @Test("scalar kernels read all weights from the file, as the format lays them out")
  func mapped() throws {
    var random = TestRandom(22)
    for index in 0..<20 {
      let network = SmallNetwork.convolution(&random)
      let engine = try engine(network.file, isa: "scalar", threads: 1)
      for (number, record) in engine.model.nodes.enumerated() {
        let layout = ConvolutionLayout(
          record, inputChannels: engine.model.tensors[record.input].channels,
          outputChannels: engine.model.tensors[record.output].channels)
        let weights = try #require(layout.weightByteCount)
        let node = engine.memory(of: number)
        #expect(
          node.mapped == Int(weights + 8 * layout.channelEntries),
          "network \(index), node \(number), seed \(random.seed)")
        #expect(node.packed == 0)
        #expect(node.tables > 0)
      }
      #expect(engine.memory.mapped < network.file.count)
    }
  }

  @Test("a kernel that packs its weights reads them from the copy, not from the file")
  func packed() throws {
    var random = TestRandom(23)
    let network = SmallNetwork.depthwise(&random)
    for isa in EngineTests.sets {
      let engine = try engine(network.file, isa: isa.name.description, threads: 1)
      // Behind the stem lies the depthwise node.
      let node = engine.memory(of: 1)
      let record = engine.model.nodes[1]
      let blocks = (engine.model.tensors[record.output].channels + 15) / 16
      let taps = record.kernelHeight * record.kernelWidth
      let expected = node.packed > 0 ? blocks * 128 : blocks * (128 + 16 * taps)
      #expect(node.mapped == expected, "\(isa), seed \(random.seed)")
      if isa == .scalar { #expect(node.packed == 0) }
    }
  }
}
