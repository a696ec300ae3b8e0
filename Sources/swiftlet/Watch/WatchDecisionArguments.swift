// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Pipeline
import Runtime

/// When a label counts as seen.
struct WatchDecisionArguments: ParsableArguments {
  @Option(help: "How many classes a result lists, 1...64.")
  var top = 5

  @Option(help: ArgumentHelp("A label begins at this probability, 0...1.", valueName: "p"))
  var threshold = 0.3

  @Option(
    help: ArgumentHelp(
      "It ends below this probability; by default two thirds of --threshold.", valueName: "p"))
  var leaveThreshold: Double?

  @Option(
    help: ArgumentHelp(
      "Time constant of the smoothing of probabilities; 0: none. By default 0.3, 0 for pictures.",
      valueName: "seconds"))
  var smooth: Double?

  @Option(help: ArgumentHelp("Frames in a row that a new label needs.", valueName: "n"))
  var consecutive = 1

  @Option(
    name: .customLong("allow"), parsing: .singleValue,
    help: ArgumentHelp("Decide only on this label; may be repeated.", valueName: "label"))
  var allowed: [String] = []

  @Option(
    name: .customLong("deny"), parsing: .singleValue,
    help: ArgumentHelp("Never decide on this label; may be repeated.", valueName: "label"))
  var denied: [String] = []

  @Option(
    help: ArgumentHelp(
      "Look only at this part of the frame, in pixels or percent: 25%,0,50%,100%.",
      valueName: "x,y,w,h"))
  var region: String?

  @Option(help: ArgumentHelp("Classify at most so many frames a second.", valueName: "n"))
  var maxRate: Double?

  func validate() throws {
    guard (1...Classifier.rankedCount).contains(top) else {
      throw ValidationError("--top \(top) is not within 1...\(Classifier.rankedCount)")
    }
    guard (0...1).contains(threshold) else {
      throw ValidationError("--threshold \(threshold) is not within 0...1")
    }
    if let leaveThreshold, !(0...threshold).contains(leaveThreshold) {
      throw ValidationError(
        "--leave-threshold \(leaveThreshold) is not within 0...\(threshold), the --threshold")
    }
    if let smooth, !(0...3600).contains(smooth) {
      throw ValidationError("--smooth \(smooth) is not within 0...3600 seconds")
    }
    guard (1...1000).contains(consecutive) else {
      throw ValidationError("--consecutive \(consecutive) is not within 1...1000")
    }
    if let maxRate, !(maxRate > 0 && maxRate <= 1000) {
      throw ValidationError("--max-rate \(maxRate) is not within 0...1000")
    }
    _ = try parsedRegion()
  }

  func parsedRegion() throws -> RegionOfInterest? {
    guard let region else { return nil }
    guard let parsed = RegionOfInterest(region) else {
      throw ValidationError("--region " + RegionOfInterest.explanation(of: region))
    }
    return parsed
  }

  /// - Parameters:
  ///   - labels: of all classes.
  ///   - isStill: whether frames have nothing to do with each other.
  func options(labels: [String], isStill: Bool) throws -> DecisionOptions {
    var choices = DecisionChoices()
    choices.threshold = threshold
    choices.leaveThreshold = leaveThreshold
    choices.smoothingSeconds = smooth
    choices.consecutiveFrames = consecutive
    choices.allowed = allowed
    choices.denied = denied
    do throws(DecisionChoices.UnknownLabel) {
      return try choices.options(labels: labels, isStill: isStill)
    } catch {
      throw Failure(error.message)
    }
  }
}
