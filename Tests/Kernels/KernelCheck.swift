// SPDX-License-Identifier: Apache-2.0
//
// The kernel tests and whole networks as an Embedded Swift program, for processors that have no
// Swift runtime library here; scripts/test-arm builds and runs it.

import CKernels
import CPlatform

/// The seed of all random kernel tests.
nonisolated(unsafe) var kernelTestSeed: UInt64 = 1
private nonisolated(unsafe) var failureCount = 0

/// Counts and prints failed checks, the first few of them.
func expect(_ condition: Bool, _ comment: @autoclosure () -> String) {
  guard !condition else { return }
  failureCount += 1
  if failureCount <= 20 { say("  FAILED: " + comment()) }
}

/// Prints one line.
func say(_ text: String) {
  var line = text
  line.append("\n")
  line.withUTF8 { utf8 in
    _ = swiftlet_write(1, utf8.baseAddress, utf8.count)
  }
}

private func check(_ kernel: swiftlet_kernel) {
  switch kernel.op {
  case SWIFTLET_OPERATOR_CONVOLUTION: checkConvolutions(kernel)
  case SWIFTLET_OPERATOR_DEPTHWISE: checkDepthwise(kernel)
  case SWIFTLET_OPERATOR_ADD:
    checkAdd(kernel)
    checkAddOfAllPairs(kernel)
  case SWIFTLET_OPERATOR_AVERAGE_POOL, SWIFTLET_OPERATOR_MAX_POOL: checkPool(kernel)
  default: break
  }
}

/// Checks all kernels of the network that this processor runs; names the others.
func checkKernels() -> Bool {
  var (checked, skipped) = (0, 0)
  let kernels = KernelList.all
  for index in kernels.indices {
    let kernel = kernels[index]
    let name = String(cString: kernel.name)
    guard kernel.op.rawValue < SWIFTLET_OPERATOR_FRAME_ROW.rawValue else { continue }
    guard let set = InstructionSet(rawValue: kernel.isa.rawValue), set.isSupported else {
      say("  skipped " + name)
      skipped += 1
      continue
    }
    let before = failureCount
    check(kernel)
    say((failureCount == before ? "  equal   " : "  WRONG   ") + name)
    checked += 1
  }
  say(
    "\(checked) kernels checked, \(skipped) skipped, \(failureCount) failures, seed \(kernelTestSeed)"
  )
  return failureCount == 0 && checked > 0
}

/// Compares bytes: comparing text would need Unicode's tables.
private func isSame(_ text: String, _ other: StaticString) -> Bool {
  text.utf8.elementsEqual(other.description.utf8)
}

/// The C entry point: Embedded Swift has no `CommandLine`.
@_cdecl("main")
func main(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  let words = (1..<max(Int(count), 1)).map { String(cString: arguments[$0]!) }
  if words.count == 2, isSame(words[0], "kernels") {
    kernelTestSeed = words[1].utf8.reduce(0) { $0 &* 10 &+ UInt64($1 &- 48) }
    return checkKernels() ? 0 : 1
  }
  if words.count >= 4, isSame(words[0], "network") {
    return classify(set: words[1], model: words[2], pictures: Array(words[3...])) ? 0 : 1
  }
  say("usage: kernel-check kernels SEED | network INSTRUCTION_SET MODEL PICTURE.ppm...")
  return 64
}
