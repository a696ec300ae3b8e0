// SPDX-License-Identifier: Apache-2.0
import Runtime

/// A version of the runner: three numbers, each below a thousand.
package struct RunnerVersion: Sendable {
  package var major: Int
  package var minor: Int
  package var patch: Int

  /// The version of this program.
  package static var current: RunnerVersion {
    RunnerVersion([UInt8](SwiftletVersion.current.utf8)[...])
      ?? RunnerVersion(major: 0, minor: 0, patch: 0)
  }

  private init(major: Int, minor: Int, patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Nil unless the text is `major.minor.patch`.
  init?(_ text: ArraySlice<UInt8>) {
    var numbers: [Int] = []
    for part in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard let number = LineFields.number(part), number < 1000 else { return nil }
      numbers.append(number)
    }
    guard numbers.count == 3 else { return nil }
    self.init(major: numbers[0], minor: numbers[1], patch: numbers[2])
  }

  package var text: String { "\(major).\(minor).\(patch)" }

  package func isOlder(than other: RunnerVersion) -> Bool {
    (major * 1000 + minor) * 1000 + patch < (other.major * 1000 + other.minor) * 1000 + other.patch
  }
}
