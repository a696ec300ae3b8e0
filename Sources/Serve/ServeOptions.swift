// SPDX-License-Identifier: Apache-2.0

/// Where the server listens and who may read from it.
package struct ServeOptions: Sendable {
  package let address: ServeAddress
  /// Each request must carry it. Nil: whoever reaches a loopback address may read.
  package let token: String?

  /// Throws for an address that is none, a token that a URL cannot carry unchanged, and an address
  /// that others can reach without a token.
  package init(address: String = "127.0.0.1:8080", token: String? = nil) throws(ServeError) {
    self.address = try ServeAddress(address)
    if let token {
      guard (8...128).contains(token.utf8.count), token.utf8.allSatisfy(Self.isUnreserved) else {
        throw ServeError(
          "the token must have 8 to 128 characters, only A-Z, a-z, 0-9, '-', '.', '_' and '~'; "
            + "for example the output of: openssl rand -hex 16")
      }
    } else if !self.address.isLoopback {
      throw ServeError(
        "\(self.address) can be reached from the network, which needs a token: whoever has it sees "
          + "the camera. Give one, or serve on 127.0.0.1:\(self.address.port)")
    }
    self.token = token
  }

  /// RFC 3986, section 2.3: what stands in a URL as it is.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }
}
