// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Training

/// Commands on embedding banks.
struct BankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bank",
    abstract: "Look into embedding banks (docs/embedding-bank.md).",
    subcommands: [BankInspectCommand.self, BankVerifyCommand.self, BankAnalyseCommand.self])
}

struct BankInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Check a bank and print what is in it.",
    discussion: """
      Checks types, shapes, lists, norms and duplicates. A bank with an error ends with exit code 2.
      Example:
        swiftlet-train bank inspect clip.safetensors
      """)

  @Argument(help: "The bank, a safetensors file.")
  var bank: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let bank = try EmbeddingBank(path: bank)
    let labels = Set(bank.paths.indices.map { bank.label(ofImage: $0) }).sorted()
    let without = labels.filter { bank.classIndex(ofLabel: $0) == nil }
    let facts: [(String, Any)] = [
      ("model", bank.model), ("notes", bank.notes), ("width", bank.width),
      ("logit_scale", Double(bank.logitScale)), ("pictures", bank.paths.count),
      ("domains", Set(bank.paths.indices.map { bank.domain(ofImage: $0) }).sorted()),
      ("labels", labels.count), ("labels_without_text", without),
      ("classes", bank.classes.count), ("templates", bank.templates),
      ("hashed", !bank.digests.isEmpty), ("odd_norms", bank.oddNormCount),
    ]
    if json { return try Report.printJSON(Dictionary(uniqueKeysWithValues: facts)) }
    for (name, value) in facts {
      let text = (value as? [String])?.joined(separator: ", ") ?? "\(value)"
      guard !text.isEmpty else { continue }
      let title = name.replacingOccurrences(of: "_", with: " ")
      print(title + String(repeating: " ", count: max(1, 21 - title.count)) + text)
    }
  }
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
