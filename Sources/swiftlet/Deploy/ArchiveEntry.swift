// SPDX-License-Identifier: Apache-2.0

/// A file of a package: its path without a leading slash, its content, its mode.
struct ArchiveEntry {
  var path: String
  var content: [UInt8]
  var isExecutable = false

  init(_ path: String, _ content: [UInt8], isExecutable: Bool = false) {
    self.path = path
    self.content = content
    self.isExecutable = isExecutable
  }

  init(_ path: String, _ text: String, isExecutable: Bool = false) {
    self.init(path, Array(text.utf8), isExecutable: isExecutable)
  }
}
