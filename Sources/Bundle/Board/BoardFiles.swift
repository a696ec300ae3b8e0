// SPDX-License-Identifier: Apache-2.0

/// What a board does with its folder, so that tests can cut its power between any two steps.
package protocol BoardFiles: Sendable {
  /// The bytes of a file; nil where it is not there.
  func read(_ path: String, limit: Int) throws(BundleError) -> [UInt8]?
  /// Makes a new file, in place of another one, and flushes its bytes to the disk.
  func write(_ bytes: [UInt8], to path: String) throws(BundleError)
  /// As `write`, with the bytes of a file anywhere.
  func copy(_ source: String, to path: String) throws(BundleError)
  /// Replaces `target` in one step; both lie in one folder.
  func rename(_ path: String, to target: String) throws(BundleError)
  /// Makes a folder where there is none.
  func makeFolder(_ path: String) throws(BundleError)
  /// Makes all names of a folder last.
  func synchronize(_ folder: String) throws(BundleError)
  /// Removes a file, or a folder of files; what cannot be removed stays.
  func remove(_ path: String)
  /// The names in a folder; none where it cannot be read.
  func names(in folder: String) -> [String]
  /// Waits until nobody else changes this folder; `unlock` takes what it returns.
  func lock(_ folder: String) throws(BundleError) -> Int32
  func unlock(_ token: Int32)
}
