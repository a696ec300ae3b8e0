// SPDX-License-Identifier: Apache-2.0

/// Who may read: the token where there is one, and on loopback only requests that name this
/// machine, so that a web page whose name is made to point here (DNS rebinding) reads nothing.
struct AccessRule: Sendable {
  let token: String?
  let isLoopback: Bool

  /// The answer that turns the request away; nil: it may pass.
  func refusal(of request: Request) -> Response? {
    guard let host = request.header("host") else {
      return Response(400, "a request needs one Host header")
    }
    if isLoopback, !Self.namesThisMachine(host) {
      return Response(403, "this server answers to localhost, 127.0.0.1 and [::1] only")
    }
    guard let token, !Self.isEqual(offeredToken(request), token) else { return nil }
    var response = Response(
      401, "a token is needed: open /?token=TOKEN, or send Authorization: Bearer TOKEN")
    response.extraHeaders = [("WWW-Authenticate", "Bearer")]
    return response
  }

  private func offeredToken(_ request: Request) -> String {
    if let value = request.header("authorization") {
      let words = value.split(separator: " ")
      return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : ""
    }
    return request.parameter("token") ?? ""
  }

  private static func namesThisMachine(_ host: String) -> Bool {
    var name = host.lowercased()[...]
    if let colon = name.lastIndex(of: ":"), name.last != "]" {
      guard name[name.index(after: colon)...].utf8.allSatisfy({ (48...57).contains($0) }) else {
        return false
      }
      name = name[..<colon]
    }
    return name == "localhost" || name == "127.0.0.1" || name == "[::1]"
  }

  /// Takes as long for every wrong token of a length.
  static func isEqual(_ lhs: String, _ rhs: String) -> Bool {
    let (lhs, rhs) = (Array(lhs.utf8), Array(rhs.utf8))
    guard lhs.count == rhs.count else { return false }
    var difference: UInt8 = 0
    for index in lhs.indices { difference |= lhs[index] ^ rhs[index] }
    return difference == 0
  }
}
