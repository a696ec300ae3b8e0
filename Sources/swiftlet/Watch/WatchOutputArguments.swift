// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Where results go.
struct WatchOutputArguments: ParsableArguments {
  @Flag(help: "Write JSON Lines on a terminal too.")
  var json = false

  @Flag(help: "Write results only when the label changes.")
  var onChange = false

  @Flag(help: "Add the digest of the network's output to each result, to compare machines.")
  var digest = false

  @Option(help: ArgumentHelp("Append all events to this file as JSON Lines.", valueName: "file"))
  var log: String?

  @Option(help: ArgumentHelp("Write statistics so often; 0: never.", valueName: "seconds"))
  var stats = 60.0

  @Option(
    help: ArgumentHelp(
      "Keep Prometheus metrics in this file, for node_exporter's textfile collector.",
      valueName: "file"))
  var metricsFile: String?

  @Option(
    help: ArgumentHelp("Keep pictures of uncertain frames in this folder.", valueName: "folder"))
  var snapshotDir: String?

  @Option(
    help: ArgumentHelp(
      "A frame is uncertain when no label is decided or its probability is below this.",
      valueName: "p"))
  var snapshotBelow = 0.5

  @Option(
    help: ArgumentHelp(
      "The oldest snapshots go when the folder holds more megabytes.", valueName: "MB"))
  var snapshotLimit = 100

  @Option(help: ArgumentHelp("Seconds between two snapshots, at least.", valueName: "seconds"))
  var snapshotInterval = 2.0

  @Flag(help: "End with exit code 1 at the first fault of the source.")
  var exitOnError = false

  func validate() throws {
    guard stats >= 0, stats <= 1e6 else {
      throw ValidationError("--stats \(stats) is not within 0...1000000 seconds")
    }
    guard (0...1).contains(snapshotBelow) else {
      throw ValidationError("--snapshot-below \(snapshotBelow) is not within 0...1")
    }
    guard (1...1_000_000).contains(snapshotLimit) else {
      throw ValidationError("--snapshot-limit \(snapshotLimit) is not within 1...1000000")
    }
    guard snapshotInterval >= 0, snapshotInterval <= 1e6 else {
      throw ValidationError("--snapshot-interval \(snapshotInterval) is not within 0...1000000")
    }
  }
}
