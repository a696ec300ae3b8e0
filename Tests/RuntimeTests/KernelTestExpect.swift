// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

#if canImport(Glibc)
  import Glibc
#endif

/// The seed of all random kernel tests; `SWIFTLET_TEST_SEED` replays one.
let kernelTestSeed: UInt64 = {
  if let text = getenv("SWIFTLET_TEST_SEED"), let seed = UInt64(String(cString: text)) {
    return seed
  }
  let seed = UInt64.random(in: 1...UInt64(UInt32.max))
  print("kernel tests: replay with SWIFTLET_TEST_SEED=\(seed)")
  return seed
}()

/// One kernel of the list, as a test argument.
struct ListedKernel: Sendable, CustomTestStringConvertible {
  let index: Int
  var kernel: swiftlet_kernel { KernelList.all[index] }
  var testDescription: String { String(cString: kernel.name) }

  /// The kernels of an operator and an instruction set; at least one is expected where compiled.
  static func all(_ operation: swiftlet_operator, _ set: InstructionSet) -> [ListedKernel] {
    KernelList.all.indices.map { ListedKernel(index: $0) }
      .filter { $0.kernel.op == operation && $0.kernel.isa.rawValue == set.rawValue }
  }
}

/// Records an issue where the condition does not hold. scripts/test-arm brings another one.
func expect(_ condition: Bool, _ comment: @autoclosure () -> String) {
  if !condition { Issue.record(Comment(rawValue: comment())) }
}
