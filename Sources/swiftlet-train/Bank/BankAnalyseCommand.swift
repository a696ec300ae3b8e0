// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

struct BankAnalyseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyse",
    abstract: "Measure how robust a bank's embeddings are across domains.",
    discussion: """
      For each domain (the first folder of a picture's path): accuracy of the class texts on its \
      pictures (zero-shot), cosines within and between classes, and how the class prototypes of one \
      domain classify another. Pictures whose label has no text are left out, and counted.
      Example:
        swiftlet-train bank analyse clip.safetensors --json > analysis.json
        swiftlet-train bank analyse clip.safetensors --svg analysis.svg
      """)

  @Argument(help: "The bank, a safetensors file.")
  var bank: String

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: "Also draw it: accuracy and similarity as bars, prototypes as a heat map.")
  var svg: String?

  func run() throws {
    let bank = try EmbeddingBank(path: bank)
    let analysis = BankAnalysis(bank)
    if let svg {
      let title = "Embeddings of " + (bank.model.isEmpty ? "an unnamed model" : bank.model)
      try ChartFile.write(analysis.page(title: title).svg(), to: svg)
    }
    if json { return try Report.printJSON(object(analysis)) }
    print("zero-shot \(Report.percent(analysis.zeroShot)) %", terminator: "")
    print(
      ", texts of different classes \(Report.fixed(analysis.textSimilarity, 3))", terminator: "")
    print(analysis.withoutText == 0 ? "" : ", \(analysis.withoutText) pictures have no text")
    print()
    Report.printTable(
      [
        "domain", "pictures", "zero-shot %", "intra-class", "inter-class", "own text",
        "other texts",
      ],
      analysis.domains.map { domain in
        let similarity = domain.similarity
        return [
          domain.name, "\(domain.pictureCount)", Report.percent(domain.zeroShot),
          Report.fixed(similarity.intraClass, 3), Report.fixed(similarity.interClass, 3),
          Report.fixed(similarity.ownText, 3), Report.fixed(similarity.otherText, 3),
        ]
      })
    print("\nprototypes of (row) on pictures of (column), %")
    Report.printTable(
      [""] + analysis.domains.map(\.name),
      zip(analysis.domains, analysis.transfer).map { domain, row in
        [domain.name] + row.map(Report.percent)
      })
  }

  private func object(_ analysis: BankAnalysis) -> [String: Any] {
    [
      "zero_shot": analysis.zeroShot, "text_similarity": analysis.textSimilarity,
      "pictures_without_text": analysis.withoutText, "prototype_transfer": analysis.transfer,
      "domains": analysis.domains.map { domain -> [String: Any] in
        [
          "name": domain.name, "pictures": domain.pictureCount, "zero_shot": domain.zeroShot,
          "intra_class": domain.similarity.intraClass, "inter_class": domain.similarity.interClass,
          "own_text": domain.similarity.ownText, "other_texts": domain.similarity.otherText,
        ]
      },
    ]
  }
}
