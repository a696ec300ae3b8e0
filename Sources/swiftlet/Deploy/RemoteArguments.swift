// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// How ssh reaches a board.
struct RemoteArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Port of the board's ssh.", valueName: "number"))
  var port: Int?

  @Option(
    name: .customLong("ssh-option"), parsing: .singleValue,
    help: ArgumentHelp(
      "An option of ssh, as behind its -o; may be repeated.", valueName: "name=value"))
  var sshOptions: [String] = []

  func validate() throws {
    if let port, !(1...65_535).contains(port) {
      throw ValidationError("--port \(port) is not within 1...65535")
    }
  }

  func board(_ host: String) -> RemoteBoard {
    RemoteBoard(host: host, port: port, options: sshOptions)
  }
}
