// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Runtime

/// What is put on a board: the runner, the bundle, the service's files.
struct DeployFiles {
  let target: DeployTarget
  let runner: [UInt8]
  let bundle: [ArchiveEntry]
  /// The file of the public key; nil where bundles need not be signed.
  let publicKey: String?
  /// Seconds since 1970 of all files.
  let time: Int

  /// SOURCE_DATE_EPOCH, or now.
  static func now() -> Int {
    environment("SOURCE_DATE_EPOCH").flatMap { Int($0) } ?? Int(Date().timeIntervalSince1970)
  }

  /// A version that grows with time, so that a newer model is an upgrade.
  var version: String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMdd.HHmmss"
    let date = formatter.string(from: Date(timeIntervalSince1970: Double(time)))
    return SwiftletVersion.current + "+" + date
  }

  var packageName: String { "swiftlet-board_\(version)_\(target.debianArchitecture).deb" }

  /// The bytes of the `.deb`.
  func package() -> [UInt8] {
    let service = ServiceFiles(prefix: "/usr", isSigned: publicKey != nil)
    func inner(_ path: String) -> String { String(path.dropFirst()) }
    let documents = "usr/share/doc/swiftlet-board/"
    var files = [
      ArchiveEntry(inner(service.runnerPath), runner, isExecutable: true),
      ArchiveEntry("usr/lib/systemd/system/swiftlet.service", service.unit),
      ArchiveEntry("usr/lib/udev/rules.d/70-swiftlet.rules", ServiceFiles.rules),
      ArchiveEntry(documents + "README", ServiceFiles.readme),
      ArchiveEntry(documents + "copyright", DebianScripts.copyright),
      ArchiveEntry(inner(ServiceFiles.optionsPath), ServiceFiles.options),
    ]
    files += bundle.map { ArchiveEntry(inner(service.bundleFolder) + "/" + $0.path, $0.content) }
    if let publicKey { files.append(ArchiveEntry(inner(service.keyPath), publicKey)) }
    return DebianPackage.make(
      files, configuration: [inner(ServiceFiles.optionsPath)], version: version, target: target,
      time: time)
  }

  /// The files of a folder with `install.sh`.
  func folder() -> [ArchiveEntry] {
    let service = ServiceFiles(prefix: "/usr/local", isSigned: publicKey != nil)
    var files = [
      ArchiveEntry("install.sh", InstallScript.text(service), isExecutable: true),
      ArchiveEntry("swiftlet-run", runner, isExecutable: true),
      ArchiveEntry("swiftlet.service", service.unit),
      ArchiveEntry("70-swiftlet.rules", ServiceFiles.rules),
      ArchiveEntry("swiftlet.default", ServiceFiles.options),
      ArchiveEntry("README", ServiceFiles.readme),
    ]
    files += bundle.map { ArchiveEntry("bundle/" + $0.path, $0.content) }
    if let publicKey { files.append(ArchiveEntry("signer.pub", publicKey)) }
    return files
  }

  /// Writes the folder's files; those of an earlier deployment are replaced.
  func write(folder path: String) throws {
    let files = folder()
    try Self.makeFolder(path + "/bundle")
    // A signature of an earlier bundle would not be one of this.
    if publicKey == nil {
      for name in ["bundle/manifest.sig", "signer.pub"] { unlink(path + "/" + name) }
    }
    for file in files {
      let target = path + "/" + file.path
      try AtomicFile.write(file.content, to: target)
      chmod(target, file.isExecutable ? 0o755 : 0o644)
    }
  }

  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure("\(path): the folder cannot be made; check its parent's rights")
    }
  }
}
