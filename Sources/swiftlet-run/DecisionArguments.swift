// SPDX-License-Identifier: Apache-2.0
import Pipeline
import Runtime

/// When a label counts as seen.
struct DecisionArguments {
  var top = 5
  var threshold = 0.3
  var leaveThreshold: Double?
  var smoothSeconds: Double?
  var consecutive = 1
  var allowed: [String] = []
  var denied: [String] = []
  var region: RegionOfInterest?
  /// Seconds between two classified frames, at least.
  var everySeconds = 0.0

  /// Reads an option; false when it is none of these.
  mutating func take(_ name: String, _ words: inout CommandWords) throws(Failure) -> Bool {
    switch name {
    case "--top": top = try words.integer(1...Classifier.rankedCount)
    case "--threshold": threshold = try words.number(0...1, "0...1")
    case "--leave-threshold": leaveThreshold = try words.number(0...1, "0...1")
    case "--smooth": smoothSeconds = try words.number(0...3600, "0...3600 seconds")
    case "--consecutive": consecutive = try words.integer(1...1000)
    case "--allow": allowed.append(try words.value())
    case "--deny": denied.append(try words.value())
    case "--region": region = try Self.region(try words.value())
    case "--every": everySeconds = try words.number(0...86_400, "0...86400 seconds")
    default: return false
    }
    return true
  }

  private static func region(_ text: String) throws(Failure) -> RegionOfInterest {
    if let region = RegionOfInterest(text) { return region }
    throw .usage(
      "--region " + text
        + " is not X,Y,WIDTH,HEIGHT in pixels or percent, such as 25%,0,50%,100%")
  }

  func check() throws(Failure) {
    guard let leaveThreshold, leaveThreshold > threshold else { return }
    throw .usage("--leave-threshold is above --threshold; make it smaller")
  }

  /// - Parameter isStill: whether frames have nothing to do with each other.
  func options(
    _ classifier: borrowing Classifier, isStill: Bool
  ) throws(Failure) -> DecisionOptions {
    var labels: [String] = []
    if !allowed.isEmpty || !denied.isEmpty {
      for index in 0..<classifier.labelCount { labels.append(classifier.label(index)) }
    }
    return try options(labels: labels, isStill: isStill)
  }

  /// - Parameters:
  ///   - labels: of all classes, where `allowed` or `denied` name some.
  ///   - isStill: whether frames have nothing to do with each other.
  func options(labels: [String], isStill: Bool) throws(Failure) -> DecisionOptions {
    var options = isStill ? DecisionOptions.independentFrames : DecisionOptions()
    options.enterThreshold = Float(threshold)
    options.leaveThreshold = Float(leaveThreshold ?? threshold * 2 / 3)
    if isStill { options.leaveThreshold = options.enterThreshold }
    if let smoothSeconds { options.smoothingSeconds = smoothSeconds }
    options.consecutiveFrames = consecutive
    guard !allowed.isEmpty || !denied.isEmpty else { return options }
    let search = LabelSearch(labels)
    if !allowed.isEmpty { options.allowed = try classes(allowed, search, "--allow") }
    options.denied = try classes(denied, search, "--deny")
    return options
  }

  private func classes(
    _ names: [String], _ search: LabelSearch, _ option: String
  ) throws(Failure) -> Set<Int> {
    do throws(LabelSearch.Unknown) {
      return try search.classes(names)
    } catch {
      throw Failure(
        option + ": the model has no label '" + error.name + "'; " + error.advice)
    }
  }
}
