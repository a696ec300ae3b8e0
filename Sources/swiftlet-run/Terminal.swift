// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Text for people.
enum Terminal {
  static let standardOutput: Int32 = 1
  static let standardError: Int32 = 2

  /// Writes text to a descriptor; what it does not take is lost.
  static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { utf8 in
      var offset = 0
      while offset < utf8.count, let base = utf8.baseAddress {
        let count = swiftlet_write(descriptor, base + offset, utf8.count - offset)
        if count <= 0 { return }
        offset += Int(count)
      }
    }
  }
}
