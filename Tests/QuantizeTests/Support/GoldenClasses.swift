// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Students with class embeddings by tools/make_golden_classes.py.
enum GoldenClasses {
  struct Result: Sendable, CustomTestStringConvertible {
    let name: String
    let logitScale: Double
    let logits: [Double]
    var testDescription: String { name }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var testDescription: String { name }
  }

  static func path(_ name: String) -> String {
    URL(fileURLWithPath: GoldenEmbeddings.folder).deletingLastPathComponent()
      .appendingPathComponent("classes/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  private static let lines: [[Substring]] = {
    let text = (try? String(contentsOfFile: path("expected.txt"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2) }
  }()

  static let results: [Result] = lines.filter { $0[1] == "result" }.map { line in
    let numbers = line[2].split(separator: " ").compactMap { Double($0) }
    return Result(
      name: String(line[0]), logitScale: numbers.first ?? 0, logits: Array(numbers.dropFirst()))
  }

  static let refusals: [Refusal] = lines.filter { $0[1] == "error" }.map { line in
    Refusal(name: String(line[0]), text: String(line[2]))
  }
}
