// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

struct BankMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make one bank of parts that were made on several machines.",
    discussion: """
      The parts must have the same model, width, templates, classes and texts. A picture that is in \
      two of them is kept once if its SHA-256 and embedding are the same, and is an error otherwise. \
      Pictures are sorted by path, so that the order of the parts does not matter.
      Example:
        swiftlet-train bank merge part-1.safetensors part-2.safetensors --output clip.safetensors
      """)

  @Argument(help: ArgumentHelp("The parts, safetensors files.", valueName: "part"))
  var parts: [String]

  @Option(help: ArgumentHelp("The bank to write.", valueName: "bank"))
  var output: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let merge = try BankMerge(paths: parts)
    try merge.write(to: output)
    if json {
      return try Report.printJSON([
        "parts": parts.count, "pictures": merge.pictureCount, "dropped": merge.droppedCount,
      ])
    }
    let dropped =
      merge.droppedCount == 0 ? "" : ", \(merge.droppedCount) that came twice were dropped"
    print("\(merge.pictureCount) pictures of \(parts.count) parts\(dropped)")
  }
}
