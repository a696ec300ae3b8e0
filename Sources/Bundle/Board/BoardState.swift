// SPDX-License-Identifier: Apache-2.0

/// What a board has decided, in one small file that is replaced as a whole.
///
/// Bundles go by their identifiers; an empty one stands for none.
package struct BoardState: Sendable {
  /// The bundle that starts.
  package var current = ""
  /// The last one that ran for a good minute, to return to.
  package var trusted = ""
  /// The bundle that was taken last from the folder that the package ships.
  package var shipped = ""
  /// Starts of `current` that no good minute followed.
  package var attempts = 0

  static let fileName = "state"
  static let byteLimit = 512

  /// Whether `current` still has to prove itself, and there is something to return to.
  package var isTrial: Bool {
    !trusted.isEmpty && !trusted.utf8.elementsEqual(current.utf8)
  }

  package init() {}

  var bytes: [UInt8] {
    [UInt8](
      """
      swiftlet-state 1
      current \(current)
      trusted \(trusted)
      shipped \(shipped)
      attempts \(attempts)

      """.utf8)
  }

  /// Nil where the bytes are no whole state.
  init?(_ bytes: [UInt8]) {
    var fields = LineFields(bytes)
    guard let version = fields.next("swiftlet-state"), version.elementsEqual([UInt8(ascii: "1")]),
      let current = fields.next("current"), let trusted = fields.next("trusted"),
      let shipped = fields.next("shipped"), let attempts = fields.next("attempts"),
      let count = LineFields.number(attempts), fields.isAtEnd
    else { return nil }
    for name in [current, trusted, shipped] where !Self.isIdentifier(name) && !name.isEmpty {
      return nil
    }
    self.current = String(decoding: current, as: UTF8.self)
    self.trusted = String(decoding: trusted, as: UTF8.self)
    self.shipped = String(decoding: shipped, as: UTF8.self)
    self.attempts = count
  }

  /// Whether a name is one of a bundle: 32 hexadecimal digits.
  static func isIdentifier<Text: Collection<UInt8>>(_ name: Text) -> Bool {
    HexText.decode(name, byteCount: 16) != nil
  }
}
