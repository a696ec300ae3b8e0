// SPDX-License-Identifier: Apache-2.0
import Bundle

/// `swiftlet-run update BUNDLE --board FOLDER`: installs another bundle on this board.
enum BoardUpdating {
  static func run(_ words: [String]) throws(Failure) {
    let arguments = try RunArguments(words)
    guard let board = arguments.bundle.board, !arguments.model.isEmpty else {
      throw .usage("update takes a bundle and --board")
    }
    let key = try arguments.bundle.key()
    do throws(BundleError) {
      let manifest = try BoardUpdate.install(arguments.model, board: board, key: key)
      Terminal.write(
        manifest.name + " starts next on " + board
          + ", and stays once it has run for a minute; now restart the service: systemctl restart "
          + "swiftlet\n", to: Terminal.standardOutput)
    } catch {
      throw Failure(error)
    }
  }
}
