// SPDX-License-Identifier: Apache-2.0
import CKernels
import Foundation
import Testing

@testable import Runtime

@Suite("Instruction sets of this machine", .serialized)
struct CPUFeatureTests {
  @Test("A function that faults is refused, and the program lives")
  func probes() {
    #expect(swiftlet_probe_runs {} == 1)
    #expect(swiftlet_probe_runs { raise(SIGILL) } == 0)
    #expect(swiftlet_probe_runs {} == 1)
  }

  @Test("Probing leaves the handler of others in place")
  func handler() {
    signal(SIGILL, SIG_IGN)
    #expect(swiftlet_probe_runs { raise(SIGILL) } == 0)
    let found = signal(SIGILL, SIG_DFL)
    #expect(unsafeBitCast(found, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self))
  }

  @Test("Chips are found in a device tree's list")
  func chips() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("swiftlet-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: path) }
    try Data("vendor,board\0sprd,sc9863a\0".utf8).write(to: path)
    func isAmong(_ path: String, _ chips: [String]) -> Bool {
      let copies = chips.map { UnsafePointer(strdup($0)!) }
      defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
      return swiftlet_chip_is_among(path, copies, copies.count) != 0
    }
    #expect(isAmong(path.path, ["exynos9810", "sc9863"]))
    #expect(isAmong(path.path, ["board"]))
    #expect(!isAmong(path.path, ["exynos9810"]))
    #expect(!isAmong(path.path, ["boards"]))
    #expect(!isAmong("/nowhere", ["board"]))
    #expect(!isAmong("/", ["board"]))
  }

  @Test("A set includes those that every machine with it has")
  func includes() {
    #expect(InstructionSet.avx512vnni.includes(.avx2))
    #expect(InstructionSet.avxvnni.includes(.avx2))
    #expect(!InstructionSet.avx2.includes(.avxvnni))
    // Ice Lake and Zen 4 have AVX-512 VNNI alone.
    #expect(!InstructionSet.avx512vnni.includes(.avxvnni))
    #expect(!InstructionSet.avxvnni.includes(.avx512vnni))
    #expect(InstructionSet.i8mm.includes(.neon))
    #expect(!InstructionSet.neon.includes(.avx2))
    for set in InstructionSet.allCases {
      #expect(set.includes(set))
      #expect(set.includes(.scalar))
    }
  }

  @Test("What is supported can be chosen, and includes the reference")
  func best() {
    #expect(InstructionSet.scalar.isSupported)
    #expect(InstructionSet.best.isSupported)
  }
}
