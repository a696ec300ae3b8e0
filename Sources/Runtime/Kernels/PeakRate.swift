// SPDX-License-Identifier: Apache-2.0
import CKernels
import CPlatform

/// How fast one thread multiplies in registers, in 10^9 multiply-accumulates a second: the bound
/// of the kernels on this machine.
package enum PeakRate {
  /// Measures for some milliseconds; nil where it is not known how.
  package static func measure(_ arithmetic: Arithmetic) -> Double? {
    let isa = swiftlet_isa(rawValue: arithmetic.isa.rawValue)
    let proof = swiftlet_proof(rawValue: arithmetic.proof)
    var best = 0.0
    // The first ones wake the processor's wide units. Each takes milliseconds, for it first asks what
    // the processor supports, and under a hypervisor CPUID takes ten microseconds.
    for _ in 0..<12 {
      let start = swiftlet_nanoseconds()
      let operations = swiftlet_peak(isa, proof, 1_000_000)
      let duration = swiftlet_nanoseconds() &- start
      guard operations > 0 else { return nil }
      if duration > 0 { best = max(best, Double(operations) / Double(duration)) }
    }
    return best
  }

  /// The fastest one of an instruction set's kernels; nil where it is not known how.
  package static func best(_ isa: InstructionSet) -> Double? {
    (0...2).compactMap { measure(Arithmetic(isa: isa, proof: $0)) }.max()
  }
}
