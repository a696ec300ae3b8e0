// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// Why a bundle, a key or a board's folder cannot be used. `description` says what happened, where,
/// and what to do next.
package enum BundleError: Error, Sendable {
  /// The last value is `errno`.
  case unreadable(String, errno: Int32)
  case unwritable(String, errno: Int32)
  /// The manifest, with the line where it leaves docs/bundle.md.
  case malformedManifest(String, line: Int)
  case newerBundle(String)
  case newerRunner(String, needed: RunnerVersion)
  case malformedKey(String)
  case signatureMissing(String)
  case signatureWrong(String)
  case changed(BundlePart, String)
  case model(String, RuntimeError)
  /// The model file holds no self-test.
  case noSelftest(String)
  case selftestFailed(String)
  /// A board's folder without any bundle that starts.
  case noBundle(String)
}

extension BundleError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let code): "\(path) cannot be read: \(Self.reason(code))"
    case .unwritable(let path, let code): "\(path) cannot be written: \(Self.reason(code))"
    case .malformedManifest(let path, let line):
      "\(path) is no manifest (line \(line)); make the bundle again with 'swiftlet deploy'"
    case .newerBundle(let path): "\(path) is of a newer format; update the runner"
    case .newerRunner(let path, let needed):
      "\(path) needs the runner \(needed.text) or newer, this is \(RunnerVersion.current.text); "
        + "update the runner"
    case .malformedKey(let path):
      "\(path) is no key; make one with 'swiftlet keys make'"
    case .signatureMissing(let path):
      "\(path) is missing, and a signature is required; sign with 'swiftlet deploy --sign KEY'"
    case .signatureWrong(let path):
      "\(path) is not the signature of this manifest by the required key; take the bundle from "
        + "its maker again, or check the key"
    case .changed(let part, let path):
      "\(path): \(part.text) changed since the bundle was made; take it from its maker again"
    case .model(let path, let error): error.message(file: path)
    case .noSelftest(let path):
      "\(path) holds no self-test; quantize the student again"
    case .selftestFailed(let path):
      "\(path): the self-test failed: this machine does not compute what the quantizer computed; "
        + "please report it"
    case .noBundle(let path):
      "\(path) holds no bundle that starts; install one with 'swiftlet-run update'"
    }
  }

  /// Whether this machine or its disk is at fault, not the bundle.
  package var isOfMachine: Bool {
    switch self {
    case .unwritable, .selftestFailed: true
    case .model(_, let error): error.isOfMachine
    default: false
    }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "it is not there; check the path"
    case EACCES, EPERM: "no permission; check its owner and rights"
    case ENOSPC, EDQUOT: "the disk is full; make room"
    case EROFS: "the file system is read-only; mount it writable"
    case ENOTDIR: "a part of the path is no folder; check it"
    case EFBIG: "it is too large to be what it should be; check the path"
    case EIO: "the disk reports an error; check it"
    default: "error \(code); check the disk"
    }
  }
}
