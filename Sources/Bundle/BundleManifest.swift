// SPDX-License-Identifier: Apache-2.0

/// What a bundle promises about its model: docs/bundle.md.
package struct BundleManifest: Sendable {
  /// For people: 1...64 letters, digits, `.`, `_`, `-`.
  package var name: String
  /// The oldest runner that may start it.
  package var runner: RunnerVersion
  package var digests: ModelDigests

  static let byteLimit = 4096
  private static let digestByteCount = 32

  /// - Returns: nil where the name is none.
  package init?(name: String, runner: RunnerVersion, digests: ModelDigests) {
    guard Self.isName([UInt8](name.utf8)[...]) else { return nil }
    self.name = name
    self.runner = runner
    self.digests = digests
  }

  /// The bytes of the file, which are what is signed.
  package var bytes: [UInt8] {
    [UInt8](
      """
      swiftlet-bundle 1
      name \(name)
      runner \(runner.text)
      model \(HexText.encode(digests.model))
      labels \(HexText.encode(digests.labels))
      preprocessing \(HexText.encode(digests.preprocessing))

      """.utf8)
  }

  /// Reads the lines in their order; nothing may stand between or behind them.
  /// - Throws: `newerBundle`, `malformedManifest`.
  init(_ bytes: [UInt8], path: String) throws(BundleError) {
    var fields = LineFields(bytes)
    guard let version = fields.next("swiftlet-bundle") else {
      throw .malformedManifest(path, line: 1)
    }
    guard version.elementsEqual([UInt8(ascii: "1")]) else { throw .newerBundle(path) }
    guard let name = fields.next("name"), Self.isName(name),
      let runner = fields.next("runner"), let oldest = RunnerVersion(runner),
      let model = Self.digest(&fields, "model"),
      let labels = Self.digest(&fields, "labels"),
      let preprocessing = Self.digest(&fields, "preprocessing")
    else { throw .malformedManifest(path, line: fields.line) }
    guard fields.isAtEnd else { throw .malformedManifest(path, line: fields.line + 1) }
    self.name = String(decoding: name, as: UTF8.self)
    self.runner = oldest
    digests = ModelDigests(model: model, labels: labels, preprocessing: preprocessing)
  }

  private static func digest(_ fields: inout LineFields, _ key: StaticString) -> [UInt8]? {
    guard let text = fields.next(key) else { return nil }
    return HexText.decode(text, byteCount: digestByteCount)
  }

  private static func isName(_ text: ArraySlice<UInt8>) -> Bool {
    (1...64).contains(text.count)
      && text.allSatisfy { character in
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
