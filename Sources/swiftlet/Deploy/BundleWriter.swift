// SPDX-License-Identifier: Apache-2.0
import Bundle
import Quantize
import Runtime

/// Makes a bundle of a model that verifies here: docs/bundle.md.
struct BundleWriter {
  let model: String
  let name: String
  let key: SigningKey?

  /// Writes `model.swiftlet`, `manifest` and perhaps `manifest.sig` into a folder that is there, and
  /// checks them as the board will, the self-test included.
  ///
  /// - Returns: the bundle's identifier, and its files by name.
  func write(into folder: String) throws -> (identifier: String, files: [ArchiveEntry]) {
    let digests = try ModelFiles.naming(model) { () throws(RuntimeError) in
      ModelDigests(of: try Model.open(model))
    }
    guard let bytes = LabelFile.contents(of: model) else {
      throw Failure("\(model): the model file cannot be read; check the path")
    }
    guard
      let manifest = BundleManifest(name: name, runner: .current, digests: digests)
    else {
      throw Failure(
        "--name \(name) is no name for a bundle; use 1 to 64 letters, digits, '.', '_' and '-'",
        code: Failure.usage)
    }
    var files = [
      ArchiveEntry(ModelBundle.modelName, Array(bytes)),
      ArchiveEntry(ModelBundle.manifestName, manifest.bytes),
    ]
    if let key {
      files.append(
        ArchiveEntry(ModelBundle.signatureName, try key.signature(of: manifest.bytes)))
    }
    for file in files { try AtomicFile.write(file.content, to: folder + "/" + file.path) }
    do throws(BundleError) {
      let bundle = try ModelBundle(folder, key: key?.publicKey)
      try bundle.test()
      return (bundle.identifier, files)
    } catch {
      throw Failure(error.description)
    }
  }
}
