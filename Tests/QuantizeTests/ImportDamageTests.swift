// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

/// The importer answers any bytes with a graph or an `ImportError`; a trap would end the test run.
@Suite("Import: damaged files")
struct ImportDamageTests {
  private static let models = ["conv_groups", "view_of_size", "constant", "pad_axes", "squeeze"]

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: ImportGolden.path(name))))
  }

  /// Whether the importer answers with an error.
  private func isRefused(_ bytes: [UInt8]) -> Bool {
    do {
      _ = try ONNXImporter.load(bytes: bytes, sourceName: "damaged")
      return false
    } catch {
      #expect(error is ImportError)
      return true
    }
  }

  @Test("a file that is cut short anywhere is answered", arguments: models)
  func truncation(_ name: String) throws {
    let whole = try bytes(name)
    #expect(!isRefused(whole))
    var refused = 0
    for count in 0..<whole.count where isRefused(Array(whole[..<count])) { refused += 1 }
    #expect(refused > whole.count / 2)
  }

  @Test("random bytes in a file are answered", arguments: models)
  func randomBytes(_ name: String) throws {
    let seed =
      ProcessInfo.processInfo.environment["SWIFTLET_TEST_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 0...UInt64.max)
    print("random bytes: SWIFTLET_TEST_SEED=\(seed) replays them")
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let whole = try bytes(name)
    for _ in 0..<500 {
      var damaged = whole
      for _ in 0...next(3) { damaged[next(damaged.count)] = UInt8(next(256)) }
      _ = isRefused(damaged)
    }
  }

  @Test("what is not a model at all is refused")
  func otherFiles() {
    #expect(isRefused([]))
    #expect(isRefused([0]))
    #expect(isRefused(Array("SWIFTLET".utf8)))
    #expect(isRefused([UInt8](repeating: 0xFF, count: 4096)))
    #expect(isRefused([UInt8](repeating: 0x3A, count: 4096)))
  }

  @Test("a path that cannot be read is named")
  func unreadablePath() {
    let error = #expect(throws: ImportError.self) {
      try ONNXImporter.load(path: "/no/such/student.onnx")
    }
    #expect(error?.description.contains("/no/such/student.onnx: cannot be read") == true)
    #expect(error?.errorDescription == error?.description)
  }
}
