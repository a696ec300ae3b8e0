// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Pipeline
import Quantize

struct DeployCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy",
    abstract: "Put a model with the runner on a board.",
    discussion: """
      Builds the runner, a static program that needs nothing on the board, and packs it with the \
      model and a systemd service: a folder with install.sh, and with --deb a package. With --to it \
      is installed and started over ssh, and the first labels are shown; the target is then found \
      out. A model that does not verify is refused. docs/boards.md goes step by step.
      Examples:
        swiftlet deploy model.swiftlet --to pi@raspberrypi.local
        swiftlet deploy model.swiftlet --target aarch64 --deb --output out/
        swiftlet deploy model.swiftlet --target armv6 --sign release.key
        swiftlet deploy --check pi@raspberrypi.local
      Exit codes: 0 all right, 1 something failed, 2 bad input or model file, 64 wrong usage.
      """)

  @Argument(help: "The model file; default for --check: the bundled one.")
  var model: String?

  @Option(help: "The board's processor: aarch64, armv7, armv6, x86_64.")
  var target: DeployTarget?

  @Option(help: "The folder to write; default: swiftlet-TARGET.")
  var output: String?

  @Flag(help: "Make a Debian package instead of a folder with install.sh.")
  var deb = false

  @Option(help: ArgumentHelp("Install and start it there.", valueName: "user@host"))
  var to: String?

  @Option(
    help: ArgumentHelp("Say what that board is and how fast it may be.", valueName: "user@host"))
  var check: String?

  @Option(
    help: ArgumentHelp(
      "Sign the bundle, and let the board refuse others; see 'swiftlet keys make'.",
      valueName: "key"))
  var sign: String?

  @Option(help: "The bundle's name; default: the model file's.")
  var name: String?

  @Option(help: "A runner that was built before; default: built now.")
  var runner: String?

  @OptionGroup var remote: RemoteArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if check != nil {
      guard to == nil, output == nil, !deb, sign == nil else {
        throw ValidationError("--check goes with a model, --port, --ssh-option and --json alone")
      }
      return
    }
    guard model != nil else { throw ValidationError("name a model file") }
    if to == nil && target == nil {
      throw ValidationError("name the board with --to, or its processor with --target")
    }
  }

  func run() throws {
    if let check {
      try BoardCheck(board: remote.board(check), model: model, json: json).run()
      return
    }
    let board = to.map { remote.board($0) }
    let report = try board.map { try BoardCheck.ask($0) }
    let target = try target(report)
    // A board with another processor would fail at the last step; say so at the first.
    let files = try makeFiles(target)
    let isPackage = deb || (to != nil && output == nil && report?.architecture != nil)
    let written = try write(files.files, isPackage: isPackage)
    defer { if written.isTemporary { try? FileManager.default.removeItem(atPath: written.folder) } }
    if json {
      print(object(files, written).line)
    } else if !written.isTemporary {
      print("\(written.path): \(describe(files))")
      if to == nil { print(nextStep(written.path, isPackage)) }
    }
    if let board, let report {
      try Installation(
        board: board, report: report, files: files.files, path: written.path,
        isPackage: isPackage, isQuiet: json
      ).run()
    }
  }

  // MARK: - Parts

  private func target(_ report: BoardReport?) throws -> DeployTarget {
    guard let report else { return target ?? .aarch64 }
    guard let found = report.target else {
      throw Failure(
        "\(to ?? ""): its processor (\(report.machine)) is none that the runner is built for")
    }
    // ARMv6 code runs on every 32-bit ARM system.
    if let target, target != found, !(target == .armv6 && found == .armv7) {
      throw Failure(
        "\(to ?? ""): --target \(target.rawValue) does not fit this board, which wants "
          + "\(found.rawValue); leave --target out", code: Failure.usage)
    }
    return target ?? found
  }

  private struct Made {
    var files: DeployFiles
    var identifier: String
    var runnerPath: String
  }

  private func makeFiles(_ target: DeployTarget) throws -> Made {
    let model = model ?? ""
    let key = try sign.map { try SigningKey(reading: $0) }
    let folder = NSTemporaryDirectory() + "swiftlet-deploy-" + UUID().uuidString
    try DeployFiles.makeFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let name = name ?? WatchStart.modelName(path: model)
    let bundle = try BundleWriter(model: model, name: name, key: key).write(into: folder)
    let runner = try RunnerBuild.take(target, named: runner)
    let files = DeployFiles(
      target: target, runner: runner.bytes, bundle: bundle.files, publicKey: key?.publicText,
      time: DeployFiles.now())
    return Made(files: files, identifier: bundle.identifier, runnerPath: runner.path)
  }

  private func write(
    _ files: DeployFiles, isPackage: Bool
  ) throws -> (folder: String, path: String, isTemporary: Bool) {
    let isTemporary = to != nil && output == nil
    let folder =
      isTemporary
      ? NSTemporaryDirectory() + "swiftlet-deploy-" + UUID().uuidString
      : output ?? "swiftlet-" + files.target.rawValue
    guard isPackage else {
      try files.write(folder: folder)
      return (folder, folder, isTemporary)
    }
    try DeployFiles.makeFolder(folder)
    let path = folder + "/" + files.packageName
    try AtomicFile.write(files.package(), to: path)
    return (folder, path, isTemporary)
  }

  // MARK: - Report

  private func describe(_ made: Made) -> String {
    let bytes = made.files.runner.count + made.files.bundle.reduce(0) { $0 + $1.content.count }
    return "\(made.files.target.rawValue), \(bytes) bytes, bundle \(made.identifier), "
      + (made.files.publicKey == nil ? "not signed" : "signed")
  }

  private func nextStep(_ path: String, _ isPackage: Bool) -> String {
    isPackage
      ? "next, on the board: sudo dpkg -i \(path.split(separator: "/").last ?? "")"
      : "next: copy the folder to the board, and there: sudo sh \(path)/install.sh"
  }

  private func object(
    _ made: Made, _ written: (folder: String, path: String, isTemporary: Bool)
  ) -> JSONText {
    .object([
      ("path", written.isTemporary ? .null : .string(written.path)),
      ("target", .string(made.files.target.rawValue)), ("bundle", .string(made.identifier)),
      ("version", .string(made.files.version)), ("isSigned", .bool(made.files.publicKey != nil)),
      ("runnerByteCount", .integer(made.files.runner.count)),
      (
        "modelByteCount",
        .integer(made.files.bundle.first.map { $0.content.count } ?? 0)
      ), ("installedOn", to.map { .string($0) } ?? .null),
    ])
  }
}
