// SPDX-License-Identifier: Apache-2.0

extension BankAnalysis {
  /// One picture of the analysis: accuracy, similarity, transfer of prototypes.
  ///
  /// - Parameter title: names the bank.
  package func page(title: String) -> ChartPage {
    ChartPage(title: title, [zeroShotChart, similarityChart, transferChart])
  }

  private var zeroShotChart: BarChart {
    BarChart(
      title: "Zero-shot accuracy of the class texts", y: ChartAxis("accuracy (%)", bounds: 0...100),
      groups: domains.map(\.name) + ["all pictures"],
      series: [
        BarChart.Series(
          "", (domains.map(\.zeroShot) + [zeroShot]).map { BarChart.Value($0 * 100) })
      ])
  }

  private var similarityChart: BarChart {
    let kinds: [(String, (Similarity) -> Double)] = [
      ("pictures, own prototype", \.intraClass), ("prototypes of different classes", \.interClass),
      ("pictures, own text", \.ownText), ("pictures, other texts", \.otherText),
    ]
    return BarChart(
      title: "Similarity", y: "mean cosine", groups: domains.map(\.name),
      series: kinds.map { name, value in
        BarChart.Series(name, domains.map { BarChart.Value(value($0.similarity)) })
      }, digits: 2)
  }

  private var transferChart: HeatMap {
    HeatMap(
      title: "Accuracy of class prototypes (%)", rowLabel: "prototypes of",
      columnLabel: "on pictures of", rows: domains.map(\.name), columns: domains.map(\.name),
      values: transfer.map { $0.map { $0 * 100 } }, bounds: 0...100)
  }
}
