// SPDX-License-Identifier: Apache-2.0

/// How to watch.
public struct WatchOptions: Sendable {
  public var decision = DecisionOptions()
  /// The part of each frame that is looked at; nil: all of it.
  public var region: RegionOfInterest?
  /// Classes in `top` of a result.
  public var topCount = 5
  /// Whether a result has the digest of the network's output.
  public var tellsDigest = false
  /// The most frames a second that are classified; nil: all that there is time for.
  public var maximumRate: Double?
  /// Between two `stats` events; nil: none.
  public var statisticsSeconds: Double? = 60
  /// Whether the first fault of the source ends the watch.
  public var exitsOnError = false

  public init() {}
}
