// SPDX-License-Identifier: Apache-2.0
import Pipeline
import Runtime

/// When a label counts as seen.
struct DecisionArguments {
  var top = 5
  var choices = DecisionChoices()
  var region: RegionOfInterest?
  /// Seconds between two classified frames, at least.
  var everySeconds = 0.0

  /// Reads an option; false when it is none of these.
  mutating func take(_ name: String, _ words: inout CommandWords) throws(Failure) -> Bool {
    switch name {
    case "--top": top = try words.integer(1...Classifier.rankedCount)
    case "--threshold": choices.threshold = try words.number(0...1, "0...1")
    case "--leave-threshold":
      choices.leaveThreshold = try words.number(0...1, "0...1")
    case "--smooth":
      choices.smoothingSeconds = try words.number(0...3600, "0...3600 seconds")
    case "--consecutive": choices.consecutiveFrames = try words.integer(1...1000)
    case "--allow": choices.allowed.append(try words.value())
    case "--deny": choices.denied.append(try words.value())
    case "--region": region = try Self.region(try words.value())
    case "--every": everySeconds = try words.number(0...86_400, "0...86400 seconds")
    default: return false
    }
    return true
  }

  private static func region(_ text: String) throws(Failure) -> RegionOfInterest {
    if let region = RegionOfInterest(text) { return region }
    throw .usage("--region " + RegionOfInterest.explanation(of: text))
  }

  func check() throws(Failure) {
    guard let leave = choices.leaveThreshold, leave > choices.threshold else { return }
    throw .usage("--leave-threshold is above --threshold; make it smaller")
  }

  /// - Parameter isStill: whether frames have nothing to do with each other.
  func options(
    _ classifier: borrowing Classifier, isStill: Bool
  ) throws(Failure) -> DecisionOptions {
    var labels: [String] = []
    if choices.namesLabels {
      for index in 0..<classifier.labelCount { labels.append(classifier.label(index)) }
    }
    do throws(DecisionChoices.UnknownLabel) {
      return try choices.options(labels: labels, isStill: isStill)
    } catch {
      throw Failure(error.message)
    }
  }
}
