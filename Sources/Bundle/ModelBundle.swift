// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// A folder with a model, its manifest and perhaps a signature: docs/bundle.md.
package struct ModelBundle {
  package static let modelName = "model.swiftlet"
  package static let manifestName = "manifest"
  package static let signatureName = "manifest.sig"
  static let signatureByteCount = 64

  package let manifest: BundleManifest
  /// Distinguishes bundles: SHA-256 of the manifest and the signature, its first half in digits.
  package let identifier: String
  package let isSigned: Bool
  package let modelPath: String

  /// Reads and checks all but the model.
  ///
  /// - Parameter key: what the signature must verify with; nil where none is required.
  /// - Throws: `unreadable`, `malformedManifest`, `newerBundle`, `newerRunner`, `signatureMissing`,
  ///   `signatureWrong`.
  package init(_ folder: String, key: PublicKey?) throws(BundleError) {
    let manifestPath = folder + "/" + Self.manifestName
    let signaturePath = folder + "/" + Self.signatureName
    let text = try SmallFile.read(manifestPath, limit: BundleManifest.byteLimit)
    let signature = try Self.signature(signaturePath)
    // Nothing is read from a manifest before its signature was verified.
    if let key {
      guard let signature else { throw .signatureMissing(signaturePath) }
      guard key.verifies(signature, of: text) else { throw .signatureWrong(signaturePath) }
    }
    manifest = try BundleManifest(text, path: manifestPath)
    guard !RunnerVersion.current.isOlder(than: manifest.runner) else {
      throw .newerRunner(manifestPath, needed: manifest.runner)
    }
    identifier = HexText.encode([UInt8](SHA256.digest(text + (signature ?? []))[..<16]))
    isSigned = signature != nil
    modelPath = folder + "/" + Self.modelName
  }

  private static func signature(_ path: String) throws(BundleError) -> [UInt8]? {
    do throws(BundleError) {
      return try SmallFile.read(path, limit: signatureByteCount)
    } catch {
      if case .unreadable(_, errno: ENOENT) = error { return nil }
      if case .unreadable(_, errno: EFBIG) = error { throw .signatureWrong(path) }
      throw error
    }
  }

  /// Maps and verifies the model, and compares it with the manifest.
  /// - Throws: `model`, `changed`.
  package func openModel() throws(BundleError) -> Model {
    let path = modelPath
    let model: Model
    do throws(RuntimeError) {
      model = try Model.open(path)
    } catch {
      throw .model(path, error)
    }
    if let part = manifest.digests.difference(from: ModelDigests(of: model)) {
      throw .changed(part, path)
    }
    return model
  }

  /// Opens the model and runs its self-test on this machine, on one thread.
  /// - Throws: as `openModel`; `noSelftest`, `selftestFailed`.
  package func test() throws(BundleError) {
    let model = try openModel()
    guard let stored = model.selftest else { throw .noSelftest(modelPath) }
    let path = modelPath
    let engine: Engine
    do throws(RuntimeError) {
      engine = try Engine.make(model)
    } catch {
      throw .model(path, error)
    }
    guard engine.selftest(seed: stored.seed) == stored else { throw .selftestFailed(path) }
  }
}
