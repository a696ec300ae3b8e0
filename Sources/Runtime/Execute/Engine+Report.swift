// SPDX-License-Identifier: Apache-2.0
import CKernels

/// What an instruction set can multiply with: the kernels that need this proof.
package struct Arithmetic: Hashable, Sendable {
  package let isa: InstructionSet
  package let proof: UInt32
}

extension Engine {
  package var activationByteCount: Int { plan.layout.byteCount }
  package func liveByteCount(at node: Int) -> Int { plan.layout.liveByteCount(at: node) }
  /// The node whose time is the whole group's, for a node that runs together with others.
  package func fusedInto(_ node: Int) -> Int? { plan.fusion.group(of: node)?.last }
  package func kernelName(_ node: Int) -> String { unsafe String(cString: plan.kernelNames[node]) }

  /// Multiply-accumulates of a node; 0 for one that has none.
  package func multiplyAccumulates(_ node: Int) -> UInt64 {
    let record = model.nodes[node]
    let output = model.tensors[record.output]
    let taps = UInt64(record.kernelHeight * record.kernelWidth)
    switch record.operation {
    case .convolution:
      return UInt64(output.elementCount) * taps
        * UInt64(model.tensors[record.input].channels / record.groups)
    case .depthwise: return UInt64(output.elementCount) * taps
    default: return 0
    }
  }

  /// The multiply-accumulates of a node by what the chosen kernels do them with. A depthwise kernel
  /// counts as what it is made of, though it leaves lanes unused.
  package func arithmetic(_ node: Int) -> [(Arithmetic, operations: UInt64)] {
    let record = model.nodes[node]
    switch record.operation {
    case .convolution: return convolutionArithmetic(record, multiplyAccumulates(node))
    case .depthwise:
      let name = unsafe plan.kernelNames[node]
      let kernels = unsafe KernelList.all
      guard let kernel = unsafe kernels.first(where: { unsafe $0.name == name }),
        let isa = unsafe InstructionSet(rawValue: kernel.isa.rawValue)
      else { return [] }
      let proof = unsafe kernel.input_upper == 0 ? SWIFTLET_PROOF_NONE : SWIFTLET_PROOF_PAIR
      return [(Arithmetic(isa: isa, proof: proof.rawValue), multiplyAccumulates(node))]
    default: return []
    }
  }

  private func convolutionArithmetic(
    _ record: NodeRecord, _ operations: UInt64
  ) -> [(Arithmetic, operations: UInt64)] {
    let blocks = max(model.tensors[record.output].channels / record.groups + 15, 16) / 16
    let count = blocks * record.groups
    let proofs = unsafe model.data(record.proofOffset).assumingMemoryBound(to: UInt8.self)
    var shares: [(Arithmetic, operations: UInt64)] = []
    for block in 0..<count {
      let kernel = unsafe KernelList.convolutionKernel(
        instructionSet, proof: swiftlet_proof(rawValue: UInt32(proofs[block])), pixels: 1, k: 1,
        columns: 16)
      guard let isa = unsafe InstructionSet(rawValue: kernel.isa.rawValue) else { continue }
      let key = unsafe Arithmetic(isa: isa, proof: kernel.needs.rawValue)
      let share = operations / UInt64(count)
      if let index = shares.firstIndex(where: { $0.0 == key }) {
        shares[index].operations += share
      } else {
        shares.append((key, share))
      }
    }
    return shares
  }
}
