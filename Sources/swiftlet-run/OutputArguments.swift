// SPDX-License-Identifier: Apache-2.0

/// Where results go.
struct OutputArguments {
  /// Whether results are written only when the label changes.
  var changesOnly = false
  /// Whether a result has the digest of the network's output.
  var tellsDigest = false
  var log: String?
  var metricsFile: String?
  /// Seconds between statistics; 0: none.
  var statisticsSeconds = 60.0
  var exitsOnError = false

  /// Reads an option; false when it is none of these.
  mutating func take(_ name: String, _ words: inout CommandWords) throws(Failure) -> Bool {
    switch name {
    case "--on-change": changesOnly = true
    case "--digest": tellsDigest = true
    case "--log": log = try words.value()
    case "--metrics-file": metricsFile = try words.value()
    case "--stats": statisticsSeconds = try words.number(0...1e6, "0...1000000 seconds")
    case "--exit-on-error": exitsOnError = true
    default: return false
    }
    return true
  }
}
