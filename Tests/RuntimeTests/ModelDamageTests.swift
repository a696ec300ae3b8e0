// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Runtime

/// Damage to the bundled model: a typed error or a model that runs, never a trap.
@Suite("A damaged model file", .enabled(if: ModelDamage.isThere, ModelDamage.absence))
struct ModelDamageTests {
  @Test("that is cut short at any multiple of 64 bytes is refused")
  func truncations() throws {
    let file = try ModelDamage.read()
    for count in stride(from: 0, to: file.count, by: 64) {
      let error = ModelDamage.error(of: file.span.bytes.extracting(0..<count), .verify)
      let isExpected =
        count == 0
        ? error == .notAModel
        : error == .wrongSize(expected: UInt64(file.count), actual: count)
      if !isExpected { Issue.record("\(count) bytes: \(String(describing: error))") }
    }
  }

  @Test("that is cut short and says so in its header is refused")
  func consistentTruncations() throws {
    var file = try ModelDamage.read()
    for count in stride(from: 64, to: file.count, by: 64) {
      ModelDamage.setSize(&file, count)
      if ModelDamage.error(of: file.span.bytes.extracting(0..<count), .ignore) == nil {
        Issue.record("\(count) bytes are taken for a model")
      }
    }
    // The checksum is the dear part, and decides nothing when it is right.
    for step in 1...ModelDamage.count(200, debug: 5) {
      var part = Array(file.prefix(file.count * step / 201))
      ModelDamage.setSize(&part, part.count)
      ModelBuilder.fixChecksum(&part)
      let error = ModelDamage.error(of: part.span.bytes, .verify)
      #expect(error != nil && error != .checksumMismatch, "\(part.count) bytes")
    }
  }

  @Test("of which one byte was changed is refused by its checksum")
  func flipsUnderTheChecksum() throws {
    var file = try ModelDamage.read()
    var random = TestRandom(.random(in: 0...(.max)))
    print("changed bytes: SWIFTLET_TEST_SEED=\(random.seed) replays them")
    for _ in 0..<ModelDamage.count(10_000, debug: 100) {
      let flip = ModelDamage.flip(&file, 0..<file.count, &random)
      if ModelDamage.error(of: file.span.bytes, .verify) == nil {
        Issue.record("byte \(flip.place), seed \(random.seed)")
      }
      file[flip.place] = flip.old
    }
  }

  @Test("of which one byte was changed is refused or runs, whatever its checksum")
  func flipsWithoutTheChecksum() async throws {
    let file = try ModelDamage.read()
    let seed = TestRandom(.random(in: 0...(.max))).seed
    print("changed bytes, no checksum: SWIFTLET_TEST_SEED=\(seed) replays them")
    let data = try ModelDamage.dataSection(of: file)
    let count = ModelDamage.count(10_000, debug: 80) / ModelDamage.shares
    let survivors = await withTaskGroup(of: Int.self) { group in
      for share in 0..<ModelDamage.shares {
        group.addTask {
          ModelDamage.tryFlips(file, data: data, count: count, seed: seed, share: share)
        }
      }
      return await group.reduce(0, +)
    }
    #expect(survivors > 0)
  }
}

extension ModelDamage {
  /// Parts of the work that may run at a time.
  static let shares = 8

  /// Changes byte after byte, each alone; returns how many of the files still are models.
  static func tryFlips(
    _ original: [UInt8], data: Range<Int>, count: Int, seed: UInt64, share: Int
  ) -> Int {
    var file = original
    var random = TestRandom(0)
    random.jump(to: seed &+ UInt64(share))
    var survivors = 0
    for index in 0..<count {
      // Nine of ten bytes of a file are weights: every other change is to the rest.
      let isUniform = index % 2 == 0
      let place = Int.random(in: 0..<file.count - (isUniform ? 0 : data.count), using: &random)
      let skipped = !isUniform && place >= data.lowerBound ? data.count : 0
      let flip = flip(&file, place + skipped..<place + skipped + 1, &random)
      defer { file[flip.place] = flip.old }
      guard let engine = engine(file) else { continue }
      survivors += 1
      let limit = max(16 << 20, 4 * file.count)
      #expect(engine.activationByteCount <= limit, "byte \(flip.place), seed \(seed)")
      if survivors % 50 == 1 { _ = engine.selftest(seed: 1) }
    }
    return survivors
  }
}

enum ModelDamage {
  private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("models/efficientnet-lite0.swiftlet").path

  static let isThere = FileManager.default.fileExists(atPath: path)
  static let absence: Comment = "models/efficientnet-lite0.swiftlet is not there"

  static func read() throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// How many changes to try: fewer where the code is not optimized.
  static func count(_ release: Int, debug: Int) -> Int {
    #if DEBUG
      print("a debug build: \(debug) changes instead of \(release)")
      return debug
    #else
      return release
    #endif
  }

  static func error(of bytes: RawSpan, _ checksum: ChecksumPolicy) -> RuntimeError? {
    do throws(RuntimeError) {
      _ = try Model.load(bytes, limits: ModelLimits(), checksum: checksum)
      return nil
    } catch {
      return error
    }
  }

  static func engine(_ file: [UInt8]) -> Engine? {
    do throws(RuntimeError) {
      return try Engine.make(
        Model.load(file.span.bytes, limits: ModelLimits(), checksum: .ignore))
    } catch {
      return nil
    }
  }

  /// Changes one byte of a range.
  static func flip(
    _ file: inout [UInt8], _ places: Range<Int>, _ random: inout TestRandom
  ) -> (place: Int, old: UInt8) {
    let place = Int.random(in: places, using: &random)
    let old = file[place]
    file[place] ^= UInt8.random(in: 1...255, using: &random)
    return (place, old)
  }

  /// Makes the header say that the file has `count` bytes.
  static func setSize(_ file: inout [UInt8], _ count: Int) {
    guard file.count >= 24 else { return }
    for index in 0..<8 { file[16 + index] = UInt8(truncatingIfNeeded: count >> (8 * index)) }
  }

  static func dataSection(of file: [UInt8]) throws -> Range<Int> {
    let section = try file.withUnsafeBytes { bytes throws(RuntimeError) in
      try SectionTable(bytes, checksum: .ignore)[.data]
    }
    return section.offset..<(section.offset + section.byteCount)
  }
}
