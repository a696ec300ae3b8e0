// SPDX-License-Identifier: Apache-2.0
import Runtime

/// `inspect --memory`: what the plan of this machine needs, node by node.
extension InspectCommand {
  func printMemory(_ engine: borrowing Engine) {
    let sum = engine.memory
    print("model        \(model), \(sum.file) bytes, mapped")
    print("machine      \(engine.instructionSet.name), \(engine.threads) threads")
    print("arena        \(sum.arena) bytes of activations and scratch")
    print(
      "peak         \(sum.peakLive) live bytes in node \(sum.peakNode), "
        + "\(engine.model.nodeName(sum.peakNode)); \(sum.arena - sum.peakLive) more for placement")
    print("scratch      \(sum.scratchPerThread) bytes a thread at most, within the arena")
    print("weights      \(sum.mapped) bytes are read from the mapped file")
    print("packed       \(sum.packed) bytes of copies in the order of kernels")
    print("tables       \(sum.tables) bytes")
    print("")
    var table = TextTable(
      ["node", "name", "output", "live", "scratch", "a thread", "mapped", "packed", "tables", ""],
      rightAligned: [0, 3, 4, 5, 6, 7, 8])
    for index in engine.model.nodes.indices {
      let node = engine.memory(of: index)
      let bytes = [
        node.live, node.scratch, node.scratchPerThread, node.mapped, node.packed, node.tables,
      ]
      let output = engine.model.tensors[engine.model.nodes[index].output]
      table.append(
        [String(index), engine.model.nodeName(index), describe(output)] + bytes.map(String.init)
          + [index == sum.peakNode ? "peak" : ""])
    }
    print(table.text)
  }

  func object(_ memory: EngineMemory) -> JSONText {
    .object([
      ("arenaByteCount", .integer(memory.arena)), ("peakNode", .integer(memory.peakNode)),
      ("peakLiveByteCount", .integer(memory.peakLive)),
      ("scratchByteCountPerThread", .integer(memory.scratchPerThread)),
      ("fileByteCount", .integer(memory.file)), ("mappedByteCount", .integer(memory.mapped)),
      ("packedByteCount", .integer(memory.packed)), ("tableByteCount", .integer(memory.tables)),
    ])
  }

  func object(_ memory: NodeMemory) -> JSONText {
    .object([
      ("liveByteCount", .integer(memory.live)), ("scratchByteCount", .integer(memory.scratch)),
      ("scratchByteCountPerThread", .integer(memory.scratchPerThread)),
      ("mappedByteCount", .integer(memory.mapped)),
      ("packedByteCount", .integer(memory.packed)), ("tableByteCount", .integer(memory.tables)),
    ])
  }
}
