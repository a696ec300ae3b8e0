// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Pipeline
import Runtime

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Classify what a camera sees, for as long as it takes.",
    discussion: """
      SOURCE is a camera (/dev/video0, 0, a by-id link or a part of its name; by default the first \
      one), a picture or a folder of them, a file of raw or JPEG frames, or - for frames on \
      standard input (JPEG pictures, YUV4MPEG2, or raw ones with --format and --size).
      A camera that fails, freezes or is unplugged is reported, and watched again when it is back. \
      Ctrl-C or SIGTERM ends the watch; SIGHUP opens --log again, SIGUSR1 prints statistics.
      On a terminal it writes lines for people, elsewhere JSON Lines (docs/events.md).
      Examples:
        swiftlet watch
        swiftlet watch "HD Webcam" --on-change --log seen.jsonl
        swiftlet watch --serve 127.0.0.1:8080
        ffmpeg -i film.mp4 -f mjpeg -q 3 - | swiftlet watch - --every-frame
      Exit codes: 0 ended by a signal or the end of the input, 1 something failed, 2 bad input or \
      model file, 64 wrong usage.
      """)

  @Argument(help: ArgumentHelp("What to watch.", valueName: "source"))
  var source: String?

  @Option(help: "The model file; by default SWIFTLET_MODEL or the bundled one.")
  var model: String?

  @OptionGroup var engine: EngineArguments
  @OptionGroup(title: "Source") var input: WatchSourceArguments
  @OptionGroup(title: "Decision") var decision: WatchDecisionArguments
  @OptionGroup(title: "Output") var output: WatchOutputArguments
  @OptionGroup(title: "Network") var network: WatchNetworkArguments

  func run() throws {
    let path = try model ?? ModelFiles.standard()
    let classifier = try ModelFiles.naming(path) { () throws(RuntimeError) in
      try Classifier(path, options: engine.options)
    }
    let kind = try WatchSourceKind(source, input)
    var options = WatchOptions()
    options.decision = try decision.options(
      labels: (0..<classifier.labelCount).map { classifier.label($0) },
      isStill: kind.isStill)
    options.region = try decision.parsedRegion()
    options.topCount = decision.top
    options.maximumRate = decision.maxRate
    options.statisticsSeconds = output.stats > 0 ? output.stats : nil
    options.tellsDigest = output.digest
    options.exitsOnError = output.exitOnError
    let reason = try WatchSession(
      kind: kind, sourceName: source ?? "camera", modelPath: path, input: input, output: output,
      network: network
    ).run(classifier, options: options)
    if reason == .error { throw Failure("", code: Failure.failed) }
  }
}
