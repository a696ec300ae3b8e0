// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Copies a deployment to a board, installs and starts it, and shows the first labels.
struct Installation {
  let board: RemoteBoard
  let report: BoardReport
  let files: DeployFiles
  /// The package or the folder.
  let path: String
  let isPackage: Bool
  /// Whether labels are left out.
  let isQuiet: Bool

  /// Seconds that the first label may take, a self-test of the model and slow processors included.
  private static let patienceSeconds = 120
  /// Further labels that are shown, and the seconds that they may take: a still scene has none.
  private static let furtherCount = 4
  private static let furtherSeconds = 3

  /// Runs the rest of a script as root.
  private static let asRoot = """
    root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
    """

  func run() throws {
    try board.require(
      Self.asRoot + "\nroot true", to: "becoming root (as root, or by sudo without a password)")
    say("copying to \(board.host)")
    let folder = try copy()
    say("installing")
    // Options that somebody has changed stay, and dpkg asks nobody.
    let install =
      isPackage
      ? "root dpkg --force-confdef --force-confold -i \(folder)/package.deb"
      : "root sh \(folder)/files/install.sh"
    let log = try board.require(
      "\(Self.asRoot)\n\(install)\nstatus=$?\nrm -rf \(folder)\nexit $status",
      to: "the installation")
    guard report.hasSystemd else {
      Terminal.write(log)
      return
    }
    try start()
  }

  /// - Returns: the folder on the board; it is made by mktemp, so its name needs no quotes.
  private func copy() throws -> String {
    let script = """
      set -e
      umask 077
      folder=$(mktemp -d /tmp/swiftlet.XXXXXX)
      \(isPackage ? "cat > $folder/package.deb" : "mkdir $folder/files; tar xf - -C $folder/files")
      echo "$folder"
      """
    if isPackage { return try line(try board.require(script, input: path, to: "copying")) }
    var archive = TarArchive(time: files.time)
    for file in files.folder() { archive.append(file) }
    let temporary = NSTemporaryDirectory() + "swiftlet-" + UUID().uuidString + ".tar"
    defer { unlink(temporary) }
    guard
      FileManager.default.createFile(atPath: temporary, contents: Data(archive.finished()))
    else { throw Failure("\(temporary) cannot be written; make room", code: Failure.failed) }
    return try line(try board.require(script, input: temporary, to: "copying"))
  }

  private func line(_ output: String) throws -> String {
    let last = output.split(separator: "\n").last.map(String.init) ?? ""
    guard last.hasPrefix("/tmp/swiftlet.") else {
      throw Failure("\(board.host): it answered '\(last)' instead of a folder's name")
    }
    return last
  }

  /// The installation has restarted a service that ran; this waits for it, and starts a stopped one.
  private func start() throws {
    try board.require(
      Self.asRoot + "\nroot systemctl start swiftlet.service", to: "starting the service")
    if isQuiet { return }
    if report.cameras.isEmpty {
      say("the service runs and waits: there is no camera yet")
      return
    }
    say("the first labels:")
    switch try board.show(Self.labels) {
    case 0: break
    case Self.noLabelCode:
      throw Failure(
        "\(board.host): the service runs, and has named nothing within \(Self.patienceSeconds) s; "
          + "ask it: systemctl status swiftlet", code: Failure.failed)
    default:
      throw Failure(
        "\(board.host): the service does not run; ask it: journalctl -u swiftlet -n 50",
        code: Failure.failed)
    }
    say("more of them, on the board: journalctl -u swiftlet -o cat -f")
  }

  private static let noLabelCode: Int32 = 3

  /// Shows faults and labels of this start alone: those before it are of another model.
  private static let labels = """
    \(asRoot)
    start=$(systemctl show -p InvocationID --value swiftlet.service)
    set -- journalctl _SYSTEMD_INVOCATION_ID="$start" -o cat
    root timeout \(patienceSeconds) "$@" -f -n all \
      | sed -n -u '/^swiftlet-run:/p; /"event":"fault"/p; /"event":"result"/{p;q}'
    root timeout \(furtherSeconds) "$@" -f -n 0 | sed -n -u '/"event":"result"/p' | head -n \(furtherCount)
    root systemctl is-active --quiet swiftlet.service || exit 1
    root "$@" | grep -q '"event":"result"' || exit \(noLabelCode)
    """

  private func say(_ text: String) {
    if !isQuiet { print("\(board.host): \(text)") }
  }
}
