// SPDX-License-Identifier: Apache-2.0
import Crypto
import Ed25519
import Foundation
import Runtime
import Testing

@testable import Bundle

@Suite("Model bundle")
struct ModelBundleTests {
  /// A little model of two classes, with a manifest by tools/make_golden_bundle.py.
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Golden/bundle").path
  private static let model = URL(fileURLWithPath: golden + "/" + ModelBundle.modelName)

  /// A signed bundle in a folder that is deleted afterwards, and its key.
  private func withBundle(
    _ body: (_ folder: String, _ key: PublicKey) throws -> Void
  ) throws {
    let folder = NSTemporaryDirectory() + "swiftlet-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(
      at: Self.model, to: URL(fileURLWithPath: folder + "/" + ModelBundle.modelName))
    let digests = ModelDigests(of: try Model.open(folder + "/" + ModelBundle.modelName))
    let manifest = try #require(
      BundleManifest(name: "birds-1.0", runner: .current, digests: digests))
    let secret = Curve25519.Signing.PrivateKey()
    try write(manifest.bytes, folder, ModelBundle.manifestName)
    try write(
      Array(try secret.signature(for: manifest.bytes)), folder, ModelBundle.signatureName)
    let key = PublicKey(Array(secret.publicKey.rawRepresentation)) { signature, message, key in
      (try? Curve25519.Signing.PublicKey(rawRepresentation: key))?
        .isValidSignature(signature, for: message) ?? false
    }
    try body(folder, key)
  }

  private func write(_ bytes: [UInt8], _ folder: String, _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  private func bytes(_ folder: String, _ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return ""
  }

  /// Changes a byte of a section, and makes the model's own checksum right again.
  private func changeModel(_ folder: String, section: UInt32, offset: Int = 0) throws {
    var file = try bytes(folder, ModelBundle.modelName)
    func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) } }
    func start(_ kind: UInt32) throws -> Int {
      let records = (0..<number(12)).map { 64 + 24 * $0 }
      return number(try #require(records.first { number($0) == Int(kind) }) + 8)
    }
    // A label is changed in its text, to which its record points.
    let place = section == 5 ? try start(4) + number(start(5)) : try start(section) + offset
    file[place] ^= 1
    let digest = file.withUnsafeBytes { XXH64.digest(UnsafeRawBufferPointer(rebasing: $0[32...])) }
    for index in 0..<8 { file[24 + index] = UInt8(truncatingIfNeeded: digest >> (8 * index)) }
    try write(file, folder, ModelBundle.modelName)
  }

  @Test("another program's manifest is the same, byte for byte")
  func goldenManifest() throws {
    let bundle = try ModelBundle(Self.golden, key: nil)
    try bundle.test()
    let digests = ModelDigests(of: try bundle.openModel())
    let manifest = try #require(
      BundleManifest(name: "two-layers", runner: bundle.manifest.runner, digests: digests))
    #expect(try manifest.bytes == bytes(Self.golden, ModelBundle.manifestName))
  }

  @Test("a whole signed bundle opens, and the manifest is read as it was written")
  func whole() throws {
    try withBundle { folder, key in
      let bundle = try ModelBundle(folder, key: key)
      #expect(bundle.manifest.name == "birds-1.0" && bundle.isSigned)
      #expect(bundle.identifier.utf8.count == 32)
      try bundle.test()
      let again = try BundleManifest(bundle.manifest.bytes, path: "m")
      #expect(again.bytes == bundle.manifest.bytes)
    }
  }

  @Test("what was changed is named: weights, labels, preprocessing")
  func changedModel() throws {
    try withBundle { folder, key in
      let original = try bytes(folder, ModelBundle.modelName)
      // The first label, the first mean, and the selftest's seed.
      for (section, offset, word) in [
        (UInt32(5), 0, "labels"), (6, 16, "preprocessing"), (8, 0, "model file"),
      ] {
        try write(original, folder, ModelBundle.modelName)
        try changeModel(folder, section: section, offset: offset)
        let text = message { _ = try ModelBundle(folder, key: key).openModel() }
        #expect(text.contains("the \(word)") && text.contains("changed"), "\(section): \(text)")
      }
    }
  }

  @Test("a damaged or cut-off model, and one that is missing, do not open")
  func damagedModel() throws {
    try withBundle { folder, key in
      var file = try bytes(folder, ModelBundle.modelName)
      file[file.count / 2] ^= 1
      try write(file, folder, ModelBundle.modelName)
      #expect(
        message { _ = try ModelBundle(folder, key: key).openModel() }.contains("checksum"))
      try write(Array(file.dropLast()), folder, ModelBundle.modelName)
      #expect(message { _ = try ModelBundle(folder, key: key).openModel() }.contains("bytes"))
      try FileManager.default.removeItem(atPath: folder + "/" + ModelBundle.modelName)
      #expect(message { _ = try ModelBundle(folder, key: key).openModel() }.contains("read"))
    }
  }

  @Test("a manifest that was changed, or signed by somebody else, is refused")
  func changedManifest() throws {
    try withBundle { folder, key in
      let manifest = try bytes(folder, ModelBundle.manifestName)
      let signature = try bytes(folder, ModelBundle.signatureName)
      for index in [0, 20, manifest.count - 2] {
        var changed = manifest
        changed[index] ^= 1
        try write(changed, folder, ModelBundle.manifestName)
        #expect(message { _ = try ModelBundle(folder, key: key) }.contains("not the signature"))
      }
      try write(manifest, folder, ModelBundle.manifestName)
      for damaged in [Array(signature.dropLast()), signature + [0], [UInt8](), [1] + signature] {
        try write(damaged, folder, ModelBundle.signatureName)
        #expect(message { _ = try ModelBundle(folder, key: key) }.contains("not the signature"))
      }
      try FileManager.default.removeItem(atPath: folder + "/" + ModelBundle.signatureName)
      #expect(message { _ = try ModelBundle(folder, key: key) }.contains("is missing"))
      #expect(try !ModelBundle(folder, key: nil).isSigned)
    }
  }

  @Test("the board's own verification takes and refuses the same bundles")
  func boardVerification() throws {
    try withBundle { folder, key in
      guard Ed25519.isAvailable else {
        print("bundle: skipped the board's verification, built without fiat-crypto's header")
        return
      }
      let own = PublicKey(key.bytes) { Ed25519.isValid($0, of: $1, key: $2) }
      _ = try ModelBundle(folder, key: own)
      var manifest = try bytes(folder, ModelBundle.manifestName)
      manifest[30] ^= 1
      try write(manifest, folder, ModelBundle.manifestName)
      #expect(message { _ = try ModelBundle(folder, key: own) }.contains("not the signature"))
    }
  }

  @Test(
    "a manifest that is not as docs/bundle.md says is refused, with the line",
    arguments: [
      (0, "swiftlet-bundle 2", "newer format"), (0, "bundle 1", "line 1"),
      (1, "name two words", "line 2"), (1, "name ", "line 2"), (1, "name a/b", "line 2"),
      (2, "runner 1.0", "line 3"), (2, "runner 01.0.0", "line 3"),
      (2, "runner 999.0.0", "needs the runner 999.0.0"), (3, "model 00", "line 4"),
      (5, "preprocessing " + String(repeating: "g", count: 64), "line 6"),
    ])
  func malformedManifest(_ line: Int, _ text: String, _ expected: String) throws {
    try withBundle { folder, _ in
      let manifest = try bytes(folder, ModelBundle.manifestName)
      var lines = String(decoding: manifest, as: UTF8.self)
        .split(separator: "\n").map(String.init)
      lines[line] = text
      let changed = Array((lines.joined(separator: "\n") + "\n").utf8)
      try write(changed, folder, ModelBundle.manifestName)
      let error = message { _ = try ModelBundle(folder, key: nil) }
      #expect(error.contains(expected), "\(error)")
      for damaged in [Array(manifest.dropLast()), manifest + Array("more 1\n".utf8)] {
        #expect(throws: BundleError.self) { try BundleManifest(damaged, path: "m") }
      }
    }
  }

  @Test("a board takes the shipped bundle once, and passes over one that its disk damaged")
  func realBoard() throws {
    try withBundle { shipped, key in
      let folder = shipped + "-board"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      var said: [String] = []
      func start() throws -> String {
        let start = try BoardStart.open(folder, shipped: shipped, key: key) { said.append($0) }
        try start.trial?.settle()
        return start.path
      }
      let identifier = try ModelBundle(shipped, key: key).identifier
      let path = "\(folder)/bundles/\(identifier)/\(ModelBundle.modelName)"
      for _ in 0..<2 { #expect(try start() == path) }
      #expect(said.isEmpty)
      // The disk lets it down: the shipped one starts from where it lies.
      try Data([1]).write(to: URL(fileURLWithPath: path))
      #expect(try start() == shipped + "/" + ModelBundle.modelName)
      #expect(said.count == 1 && said[0].contains("does not start"))
      try Data([1]).write(to: URL(fileURLWithPath: shipped + "/" + ModelBundle.modelName))
      #expect(throws: BundleError.self) { _ = try start() }
    }
  }
}
