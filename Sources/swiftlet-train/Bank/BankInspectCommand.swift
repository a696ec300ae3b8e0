// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Training

struct BankInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Check a bank and print what is in it.",
    discussion: """
      Checks types, shapes, lists and norms; a bank with an error ends with exit code 2. Says which \
      pictures occur under several paths, by their SHA-256 and by their embeddings.
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
      ("preprocessing", bank.preprocessing?.summary ?? "unknown"),
      ("hashed", !bank.digests.isEmpty), ("odd_norms", bank.oddNormCount),
    ]
    let duplicates = BankDuplicates(bank)
    let groups = [
      ("same_sha256", duplicates.digests), ("same_embedding", duplicates.embeddings),
    ]
    if json {
      let lists = groups.map { ($0, $1.map { $0.map { bank.paths[$0] } } as Any) }
      return try Report.printJSON(Dictionary(uniqueKeysWithValues: facts + lists))
    }
    for (name, value) in facts {
      let text = (value as? [String])?.joined(separator: ", ") ?? "\(value)"
      guard !text.isEmpty else { continue }
      let title = name.replacingOccurrences(of: "_", with: " ")
      print(Self.title(title) + text)
    }
    for (name, groups) in groups {
      print(Self.title(name.replacingOccurrences(of: "_", with: " ")), terminator: "")
      Self.list(groups, of: bank)
    }
  }

  private static func title(_ title: String) -> String {
    title + String(repeating: " ", count: max(1, 21 - title.count))
  }

  /// How many groups there are, how many contradict themselves, and the first ones.
  private static func list(_ groups: BankDuplicates.Groups, of bank: EmbeddingBank) {
    let shown = 5
    let contradictions = BankDuplicates.contradictions(groups, in: bank).count
    let count = groups.reduce(0) { $0 + $1.count }
    guard count > 0 else { return print("no picture under several paths") }
    print(
      "\(count) pictures in \(groups.count) groups"
        + (contradictions == 0 ? "" : ", \(contradictions) of them with different labels"))
    for group in groups.prefix(shown) {
      print("  " + group.map { bank.paths[$0] }.joined(separator: ", "))
    }
    if groups.count > shown { print("  and \(groups.count - shown) more; see --json") }
  }
}
