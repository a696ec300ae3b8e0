// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

/// Commands on embedding banks.
struct BankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bank",
    abstract: "Look into embedding banks and merge them (docs/embedding-bank.md).",
    subcommands: [
      BankInspectCommand.self, BankVerifyCommand.self, BankAnalyseCommand.self,
      BankMergeCommand.self,
    ])
}

struct BankVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare a bank with the pictures that it was made of.",
    discussion: """
      Every picture must be there and have the bank's SHA-256. Exit code 2 where one has not; all of \
      them are named.
      Example:
        swiftlet-train bank verify clip.safetensors --data pictures/
      """)

  @Argument(help: "The bank, a safetensors file.")
  var bank: String

  @Option(help: "The folder that the bank's paths begin in.")
  var data: String

  func run() throws {
    let bank = try EmbeddingBank(path: bank)
    let problems = try bank.differences(from: data)
    for problem in problems { print(problem) }
    guard problems.isEmpty else {
      throw TrainingError(
        "\(problems.count) of \(bank.paths.count) pictures are not those of the bank; take the "
          + "vendor's pictures, or let the vendor make a bank of these")
    }
    print("\(bank.paths.count) pictures are those of the bank")
  }
}
