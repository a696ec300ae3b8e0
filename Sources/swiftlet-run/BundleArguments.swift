// SPDX-License-Identifier: Apache-2.0
import Bundle
import Ed25519

/// Where bundles are, and who must have signed them.
struct BundleArguments {
  /// The board's folder, which decides what starts.
  var board: String?
  /// The bundle that came with the package.
  var shipped: String?
  private var keyPath: String?

  /// Reads an option; false when it is none of these.
  mutating func take(_ name: String, _ words: inout CommandWords) throws(Failure) -> Bool {
    switch name {
    case "--board": board = try words.value()
    case "--shipped": shipped = try words.value()
    case "--require-signature": keyPath = try words.value()
    default: return false
    }
    return true
  }

  /// The key that bundles must be signed with; nil where they need not be signed.
  func key() throws(Failure) -> PublicKey? {
    guard let keyPath else { return nil }
    guard Ed25519.isAvailable else {
      throw Failure(
        "this build cannot verify signatures; take the runner that scripts/build-runner makes",
        code: Failure.failed)
    }
    do throws(BundleError) {
      return try PublicKey.read(keyPath) { Ed25519.isValid($0, of: $1, key: $2) }
    } catch {
      throw Failure(error)
    }
  }
}
