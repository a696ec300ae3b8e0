// SPDX-License-Identifier: Apache-2.0

/// The head of an HTTP/1.x request (RFC 9112). Bodies are not read: no route takes one.
struct Request: Sendable {
  var method: String
  var path: String
  var query: String
  /// Names in lower case. A name that is sent twice makes the request malformed where it matters.
  var headers: [(name: String, value: String)]
  var isHTTP11: Bool

  /// Nil: malformed. `head` ends before the empty line.
  init?(head: [UInt8]) {
    guard let text = String(validating: head, as: UTF8.self) else { return nil }
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[1].hasPrefix("/"),
      words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0"
    else { return nil }
    method = String(words[0])
    isHTTP11 = words[2] == "HTTP/1.1"
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(target[0])
    query = target.count > 1 ? String(target[1]) : ""
    headers = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      headers.append((line[..<colon].lowercased(), String(value)))
    }
  }

  /// The value of a header that is there exactly once.
  func header(_ name: String) -> String? {
    let values = headers.filter { $0.name == name }
    return values.count == 1 ? values[0].value : nil
  }

  func parameter(_ name: String) -> String? {
    for pair in query.split(separator: "&") where pair.hasPrefix(name + "=") {
      return String(pair.dropFirst(name.count + 1))
    }
    return nil
  }

  var hasBody: Bool {
    headers.contains { $0.name == "transfer-encoding" }
      || headers.contains { $0.name == "content-length" && $0.value != "0" }
  }

  var keepsAlive: Bool {
    let value = header("connection")?.lowercased() ?? ""
    return isHTTP11 && !value.contains("close") && !hasBody
  }
}
