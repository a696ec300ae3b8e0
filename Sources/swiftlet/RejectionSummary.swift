// SPDX-License-Identifier: Apache-2.0
import Runtime

/// What a model's threshold does to pictures of its classes and of none, and how well other rules
/// could tell them apart.
struct RejectionSummary {
  /// The model's own.
  private let rule: RejectionRule?
  /// Rules to be tried; the first is the one that was asked for.
  private var trials: [RejectionTrial]
  /// Pictures whose score is below the model's threshold, of its classes and of none.
  private var rejected = 0
  private var rejectedUnknown = 0

  /// - Parameters:
  ///   - rule: the model's own.
  ///   - trials: methods and temperatures to be tried.
  init(rule: RejectionRule? = nil, trials: [RejectionRule] = []) {
    self.rule = rule
    self.trials = trials.map { RejectionTrial(rule: $0) }
  }

  /// Notes the rejection scores of the last picture.
  ///
  /// - Parameter isKnown: whether it shows one of the classes.
  mutating func note(_ classifier: borrowing Classifier, isKnown: Bool) {
    for index in trials.indices {
      guard let score = classifier.rejectionScore(trials[index].rule) else { return }
      if isKnown {
        trials[index].scores.known.append(score)
      } else {
        trials[index].scores.unknown.append(score)
      }
    }
    guard classifier.isUnknown else { return }
    if isKnown { rejected += 1 } else { rejectedUnknown += 1 }
  }

  private var knownCount: Int { trials.first?.scores.known.count ?? 0 }
  private var unknownCount: Int { trials.first?.scores.unknown.count ?? 0 }

  /// For people.
  var lines: [String] {
    guard knownCount > 0 else { return [] }
    func share(_ part: Int, _ whole: Int) -> String {
      "\(fixed(100 * Double(part) / Double(whole), 2)) % (\(part) of \(whole))"
    }
    var lines: [String] = []
    if let rule {
      lines.append(
        "threshold   \(rule.threshold) (\(rule.methodName), temperature \(rule.temperature))")
      lines.append("  unknown   \(share(rejected, knownCount)) of the pictures")
      if unknownCount > 0 {
        lines.append("            \(share(rejectedUnknown, unknownCount)) of those of --unknown")
      }
    }
    guard unknownCount > 0 else { return lines }
    if rule == nil { lines.append("threshold   none: no picture is unknown") }
    for trial in trials.count > 1 ? trials.dropFirst() : trials[...] {
      guard let area = trial.scores.auroc, let rate = trial.falsePositiveRate else { continue }
      lines.append(
        "rejection   \(trial.rule.methodName), temperature \(trial.rule.temperature): AUROC "
          + "\(fixed(100 * area, 2)) %, FPR95 \(fixed(100 * rate, 2)) %")
    }
    return lines
  }

  /// For programs.
  var members: [(String, JSONText)] {
    [
      ("rejected", rule == nil ? .null : .integer(rejected)),
      ("rejectedUnknown", unknownCount > 0 && rule != nil ? .integer(rejectedUnknown) : .null),
      ("rejection", object),
    ]
  }

  private var object: JSONText {
    guard case .object(let members) = trials.first?.object else { return .null }
    let others = trials.dropFirst().compactMap(\.object)
    return .object(members + (others.isEmpty ? [] : [("temperatures", .array(others))]))
  }
}

/// A rule, and the scores that it gives.
struct RejectionTrial {
  let rule: RejectionRule
  var scores = RejectionScores()

  /// The share of unknown pictures that pass where 95 % of the known ones do.
  var falsePositiveRate: Double? {
    scores.threshold(kept: 0.95).flatMap { scores.falsePositiveRate(threshold: $0) }
  }

  /// Nil without pictures of both kinds.
  var object: JSONText? {
    guard let area = scores.auroc, let rate = falsePositiveRate else { return nil }
    return .object([
      ("method", .string(rule.methodName)), ("temperature", .number(decimal(rule.temperature))),
      ("known", .integer(scores.known.count)), ("unknown", .integer(scores.unknown.count)),
      ("auroc", .number(area)), ("fpr95", .number(rate)),
    ])
  }
}
