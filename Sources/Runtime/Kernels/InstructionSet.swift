// SPDX-License-Identifier: Apache-2.0
import CKernels

/// An instruction set that kernels are written for. `scalar` is the reference.
package enum InstructionSet: UInt32, CaseIterable, Sendable {
  case scalar = 0
  case avx2 = 1
  case avxvnni = 2
  case avx512vnni = 3
  case neon = 16
  case dotprod = 17
  case i8mm = 18

  /// The name on the command line and in reports.
  package var name: StaticString {
    switch self {
    case .scalar: "scalar"
    case .avx2: "avx2"
    case .avxvnni: "avxvnni"
    case .avx512vnni: "avx512vnni"
    case .neon: "neon"
    case .dotprod: "dotprod"
    case .i8mm: "i8mm"
    }
  }

  /// The instruction set of that name; nil if there is none.
  package init?(name: String) {
    for set in InstructionSet.allCases where name.utf8.elementsEqual(set.name.description.utf8) {
      self = set
      return
    }
    return nil
  }

  /// Whether this machine, its operating system included, runs it.
  package var isSupported: Bool {
    swiftlet_isa_is_supported(swiftlet_isa(rawValue: rawValue)) != 0
  }

  /// The richest one that this machine runs.
  package static var best: InstructionSet {
    var best = InstructionSet.scalar
    for set in allCases where set.isSupported { best = set }
    return best
  }

  /// Whether a machine that runs this one also runs the kernels of `other`.
  package func includes(_ other: InstructionSet) -> Bool {
    if other == .scalar || other == self { return true }
    // Processors with AVX-512 VNNI need not know the shorter encoding of the same instruction.
    if other == .avxvnni { return false }
    return other.rawValue < rawValue && (other.rawValue < 16) == (rawValue < 16)
  }
}
