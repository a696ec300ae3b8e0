// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import COpenBLAS
import Runtime
import Training

/// The command line of training.
@main
struct SwiftletTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet-train",
    abstract: "Distil a vision-language model into a student, from its embeddings alone.",
    version: SwiftletVersion.current,
    subcommands: [])
}
