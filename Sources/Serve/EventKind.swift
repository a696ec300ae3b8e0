// SPDX-License-Identifier: Apache-2.0

/// Reads the kind of an event from its line.
enum EventKind {
  /// The value of `event`; nil where there is none of letters and '-'. Inside a JSON string a quote
  /// is written `\"`, so `"event":` outside of one is the key.
  static func of(_ line: String) -> String? {
    let bytes = line.utf8
    let key = Array("\"event\"".utf8)
    var start = bytes.startIndex
    while let quote = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) {
      if bytes[quote...].starts(with: key) {
        var rest = bytes[bytes.index(quote, offsetBy: key.count)...].drop(while: isSpace)
        if rest.popFirst() == UInt8(ascii: ":") { return name(rest.drop(while: isSpace)) }
      }
      start = bytes.index(after: quote)
    }
    return nil
  }

  private static func name(_ value: Substring.UTF8View) -> String? {
    guard value.first == UInt8(ascii: "\"") else { return nil }
    let name = value.dropFirst().prefix { byte in
      (97...122).contains(byte) || byte == UInt8(ascii: "-")
    }
    let end = value.dropFirst(1 + name.count).first
    return end == UInt8(ascii: "\"") && !name.isEmpty ? String(Substring(name)) : nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
