// SPDX-License-Identifier: Apache-2.0
import FlyingSocks
import Glibc

/// Where the server listens: an IPv4 or IPv6 address and a port. Port 0 lets the system choose.
package struct ServeAddress: Sendable, Equatable, CustomStringConvertible {
  /// Without brackets, as `inet_pton` reads it.
  package let host: String
  package let port: UInt16
  package let isIPv6: Bool

  /// Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080` (which is 127.0.0.1). Other names are
  /// not looked up: what is reachable from outside should be written down.
  package init(_ text: String) throws(ServeError) {
    let (host, port) = try Self.split(text)
    guard let number = UInt16(port), !port.hasPrefix("+") else {
      throw ServeError("'\(text)': '\(port)' is no port; use a number from 0 to 65535")
    }
    let name = host.lowercased() == "localhost" ? "127.0.0.1" : host
    let isIPv6 = name.contains(":")
    guard Self.isAddress(name, isIPv6: isIPv6) else {
      throw ServeError(
        "'\(text)': '\(host)' is no IP address; use 127.0.0.1:\(number) for this machine only, "
          + "0.0.0.0:\(number) for the network")
    }
    self.host = name
    self.port = number
    self.isIPv6 = isIPv6
  }

  /// Whether only this machine can reach it: 127.0.0.0/8 (RFC 1122) or ::1 (RFC 4291).
  package var isLoopback: Bool {
    isIPv6 ? socketAddressIsLoopback : host.hasPrefix("127.")
  }

  package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

  private var socketAddressIsLoopback: Bool {
    guard let address = try? sockaddr_in6.inet6(ip6: host, port: port) else { return false }
    let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
    return bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  private static func isAddress(_ name: String, isIPv6: Bool) -> Bool {
    isIPv6
      ? (try? sockaddr_in6.inet6(ip6: name, port: 0)) != nil
      : (try? sockaddr_in.inet(ip4: name, port: 0)) != nil
  }

  private static func split(_ text: String) throws(ServeError) -> (host: String, port: String) {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      let host = text[..<end].dropFirst()
      if rest.hasPrefix(":"), host.contains(":") {
        return (String(host), String(rest.dropFirst()))
      }
    } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
      return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    } else if text.contains(":") {
      throw ServeError("'\(text)': put an IPv6 address in brackets, for example [::1]:8080")
    }
    throw ServeError(
      "'\(text)' is no address; use ADDRESS:PORT, for example 127.0.0.1:8080 or [::1]:8080")
  }
}
