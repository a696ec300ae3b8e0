// SPDX-License-Identifier: Apache-2.0

/// A broker: `mqtt://[user[:password]@]host[:port]`, or `mqtts://` for TLS. User and password are
/// percent-encoded (RFC 3986) where they hold `@`, `:`, `/` or `%`.
package struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
  package var host: String
  package var port: UInt16
  package var usesTLS: Bool
  package var user: String?
  package var password: String?

  package init(_ url: String) throws(MQTTError) {
    guard let scheme = url.firstRange(of: "://") else { throw Self.malformed }
    switch url[..<scheme.lowerBound].lowercased() {
    case "mqtt": usesTLS = false
    case "mqtts": usesTLS = true
    default: throw Self.malformed
    }
    var rest = url[scheme.upperBound...]
    if rest.hasSuffix("/") { rest.removeLast() }
    if let at = rest.lastIndex(of: "@") {
      (user, password) = try Self.credentials(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    (host, port) = try Self.hostAndPort(rest, defaultPort: usesTLS ? 8883 : 1883)
  }

  /// Without user and password.
  package var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(usesTLS ? "mqtts" : "mqtt")://\(name):\(port)"
  }

  /// Does not repeat the text: it may hold a password.
  private static let malformed = MQTTError(
    "the broker's address must look like mqtt://HOST, mqtt://USER:PASSWORD@HOST:1883 or mqtts://HOST"
  )

  private static func credentials(
    _ text: Substring
  ) throws(MQTTError) -> (user: String, password: String?) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let user = PercentEncoding.decode(parts[0]), !user.isEmpty else {
      throw malformed
    }
    guard parts.count > 1 else { return (user, nil) }
    guard let password = PercentEncoding.decode(parts[1]) else { throw malformed }
    return (user, password)
  }

  private static func hostAndPort(
    _ text: Substring, defaultPort: UInt16
  ) throws(MQTTError) -> (String, UInt16) {
    var host = text
    var port = Substring("\(defaultPort)")
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[..<end].dropFirst()
      let rest = text[end...].dropFirst()
      guard rest.isEmpty || rest.hasPrefix(":") else { throw malformed }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[colon...].dropFirst()
      guard !host.contains(":") else { throw malformed }
    }
    guard let number = UInt16(port), number > 0, !host.isEmpty,
      !host.contains(where: { $0.isWhitespace || "/?#@[]".contains($0) })
    else { throw malformed }
    return (String(host), number)
  }
}

/// RFC 3986, section 2.1.
enum PercentEncoding {
  /// Nil: a `%` without two digits, or no UTF-8.
  static func decode(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, !digits.hasPrefix("+"), !digits.hasPrefix("-"),
        let value = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
