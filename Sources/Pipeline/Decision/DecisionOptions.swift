// SPDX-License-Identifier: Apache-2.0

/// When a label counts as seen.
public struct DecisionOptions: Sendable {
  /// A label begins when its smoothed probability reaches this.
  public var enterThreshold: Float = 0.3
  /// It ends when its smoothed probability falls below this.
  public var leaveThreshold: Float = 0.2
  /// The time constant of exponential smoothing, in seconds; 0: none.
  public var smoothingSeconds: Double = 0.3
  /// So many frames in a row have to agree before the label changes.
  public var consecutiveFrames = 1
  /// The classes that can be decided; nil: all.
  public var allowed: Set<Int>?
  /// Classes that are never decided.
  public var denied: Set<Int> = []

  public init() {}

  /// For pictures that have nothing to do with each other.
  public static var independentFrames: DecisionOptions {
    var options = DecisionOptions()
    options.smoothingSeconds = 0
    return options
  }
}
