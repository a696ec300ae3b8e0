// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The command line.
@main
struct Swiftlet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet", abstract: "Names what is in a picture.", version: "0.1.0")
}
