// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

/// What all commands take that train one student.
struct RunArguments: ParsableArguments {
  @OptionGroup var data: DataArguments
  @OptionGroup var recipe: RecipeArguments

  @Option(help: "Domains that train, with commas between them; all but --target by default.")
  var source: NameList?

  @Option(help: "Domains that are left out and tested on, with commas between them.")
  var target: NameList?

  @Option(help: "The folder for checkpoints, log and student.")
  var output: String

  @Option(help: "Minutes between checkpoints; there is one at each stage's end and at Ctrl-C too.")
  var checkpointMinutes = 5.0

  @Flag(help: "Begin anew instead of going on from the checkpoint in --output.")
  var restart = false

  func validate() throws {
    guard checkpointMinutes > 0 else {
      throw ValidationError("--checkpoint-minutes \(checkpointMinutes) is not positive")
    }
    let both = Set(source?.names ?? []).intersection(target?.names ?? [])
    guard both.isEmpty else {
      throw ValidationError(
        "\(both.sorted().joined(separator: ", ")) cannot be both --source and --target")
    }
  }
}
