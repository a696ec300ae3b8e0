// SPDX-License-Identifier: Apache-2.0

/// What a user said on a command line about when a label counts as seen; the model's labels make
/// options of it.
package struct DecisionChoices {
  package var threshold = 0.3
  /// Two thirds of `threshold` where nothing was said.
  package var leaveThreshold: Double?
  package var smoothingSeconds: Double?
  package var consecutiveFrames = 1
  package var allowed: [String] = []
  package var denied: [String] = []

  /// A label behind an option that the model does not have.
  package struct UnknownLabel: Error {
    /// What happened, and what to do next.
    package let message: String
  }

  package init() {}

  /// Whether a label is named, so that `options` needs those of the model.
  package var namesLabels: Bool { !allowed.isEmpty || !denied.isEmpty }

  /// - Parameters:
  ///   - labels: of all classes, where `namesLabels`.
  ///   - isStill: whether frames have nothing to do with each other.
  package func options(
    labels: [String], isStill: Bool
  ) throws(UnknownLabel) -> DecisionOptions {
    var options = isStill ? DecisionOptions.independentFrames : DecisionOptions()
    options.enterThreshold = Float(threshold)
    options.leaveThreshold = Float(leaveThreshold ?? threshold * 2 / 3)
    if isStill { options.leaveThreshold = options.enterThreshold }
    if let smoothingSeconds { options.smoothingSeconds = smoothingSeconds }
    options.consecutiveFrames = consecutiveFrames
    guard namesLabels else { return options }
    let search = LabelSearch(labels)
    if !allowed.isEmpty { options.allowed = try classes(allowed, search, "--allow") }
    options.denied = try classes(denied, search, "--deny")
    return options
  }

  private func classes(
    _ names: [String], _ search: LabelSearch, _ option: String
  ) throws(UnknownLabel) -> Set<Int> {
    do throws(LabelSearch.Unknown) {
      return try search.classes(names)
    } catch {
      throw UnknownLabel(
        message: option + ": the model has no label '" + error.name + "'; " + error.advice)
    }
  }
}
