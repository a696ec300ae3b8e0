// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime

/// The true class of each picture.
struct GroundTruth {
  private let numbers: [String: Int]
  private let classCount: Int
  private var listed: [String: Int] = [:]
  private let folder: String

  /// - Throws: `Failure` for a CSV file that cannot be read or names an unknown label.
  init(folder: String, csv: String?, labels: [String]) throws {
    self.folder = folder.hasSuffix("/") ? folder : folder + "/"
    classCount = labels.count
    numbers = Dictionary(zip(labels, labels.indices), uniquingKeysWith: { first, _ in first })
    guard let csv else { return }
    guard let data = LabelFile.contents(of: csv),
      let text = String(data: data, encoding: .utf8)
    else { throw Failure("\(csv): cannot be read; it holds lines of path,label") }
    for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      guard let comma = line.firstIndex(of: ","), line[..<comma] != "path" else { continue }
      let label = line[line.index(after: comma)...].trimmingCharacters(in: .whitespaces)
      guard let number = number(of: label) else {
        throw Failure("\(csv): line \(index + 1): '\(label)' is no label of the model")
      }
      listed[String(line[..<comma])] = number
    }
  }

  private func number(of label: String) -> Int? {
    if let number = numbers[label] { return number }
    guard let number = Int(label), (0..<classCount).contains(number) else { return nil }
    return number
  }

  /// The class of a picture; nil where nothing says it.
  func label(of path: String) -> Int? {
    let below = path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    if !listed.isEmpty { return listed[below] }
    let parts = below.split(separator: "/").map(String.init)
    if parts.count > 1, let number = number(of: parts[parts.count - 2]) { return number }
    let name = parts.last ?? below
    guard let mark = name.firstIndex(of: "_"), let number = Int(name[..<mark]),
      (0..<classCount).contains(number)
    else { return nil }
    return number
  }
}

/// Counts of right answers and of agreement.
struct EvaluationScore {
  private(set) var count = 0
  var broken = 0
  private var labelled = 0
  private var right = 0
  private var rightInFive = 0
  private var compared = 0
  private var agreed = 0
  private var floatRight = 0
  /// Wrong answers: true class, then answer.
  private var confusions: [Pair: Int] = [:]

  /// Classes whose pictures are also counted on their own.
  private let added: Set<Int>
  private var addedLabelled = 0
  private var addedRight = 0
  var rejection: RejectionSummary

  init(added: Set<Int> = [], rejection: RejectionSummary = RejectionSummary()) {
    self.added = added
    self.rejection = rejection
  }

  private struct Pair: Hashable {
    let truth: Int
    let answer: Int
  }

  mutating func add(_ predictions: [Int], truth: Int?, float: Int?) {
    count += 1
    if let truth {
      labelled += 1
      if added.contains(truth) {
        addedLabelled += 1
        if predictions.first == truth { addedRight += 1 }
      }
      if predictions.first == truth {
        right += 1
      } else if let answer = predictions.first {
        confusions[Pair(truth: truth, answer: answer), default: 0] += 1
      }
      if predictions.contains(truth) { rightInFive += 1 }
      if float == truth { floatRight += 1 }
    }
    if let float {
      compared += 1
      if predictions.first == float { agreed += 1 }
    }
  }

  /// The most frequent confusions first.
  private var pairs: [(truth: Int, answer: Int, count: Int)] {
    confusions.map { ($0.key.truth, $0.key.answer, $0.value) }
      .sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }
      .prefix(10).map { (truth: $0.0, answer: $0.1, count: $0.2) }
  }

  func table(labels: [String]) -> String {
    var lines = ["pictures    \(count)" + (broken > 0 ? ", \(broken) skipped" : "")]
    func add(_ title: String, _ part: Int, of whole: Int) {
      guard whole > 0 else { return }
      let percent = fixed(100 * Double(part) / Double(whole), 2)
      lines.append("\(title)\(percent) % (\(part) of \(whole))")
    }
    add("top-1       ", right, of: labelled)
    add("top-5       ", rightInFive, of: labelled)
    if compared > 0 { add("float top-1 ", floatRight, of: labelled) }
    add("agreement   ", agreed, of: compared)
    add("added top-1 ", addedRight, of: addedLabelled)
    lines += rejection.lines
    if !pairs.isEmpty { lines.append("most frequent confusions:") }
    for pair in pairs {
      lines.append("  \(pair.count) x \(labels[pair.truth]) named \(labels[pair.answer])")
    }
    return lines.joined(separator: "\n")
  }

  func object(labels: [String]) -> JSONText {
    func share(_ part: Int, _ whole: Int) -> JSONText {
      whole > 0 ? .number(Double(part) / Double(whole)) : .null
    }
    let confused = pairs.map { pair in
      JSONText.object([
        ("truth", .string(labels[pair.truth])), ("answer", .string(labels[pair.answer])),
        ("count", .integer(pair.count)),
      ])
    }
    return .object(
      [
        ("pictures", .integer(count)), ("skipped", .integer(broken)),
        ("labelled", .integer(labelled)), ("top1", share(right, labelled)),
        ("top5", share(rightInFive, labelled)), ("compared", .integer(compared)),
        ("floatTop1", compared > 0 ? share(floatRight, labelled) : .null),
        ("agreement", share(agreed, compared)), ("confusions", .array(confused)),
        ("addedTop1", share(addedRight, addedLabelled)),
      ] + rejection.members)
  }
}
