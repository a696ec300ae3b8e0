// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Serve

extension ServeTests.Access {
  @Test(arguments: ["0.0.0.0:8080", "[::]:8080", "192.168.1.5:80", "[fe80::1]:80"])
  func `an address that others reach needs a token`(address: String) throws {
    let error = #expect(throws: ServeError.self) { try ServeOptions(address: address) }
    #expect(error?.description.contains("needs a token") == true)
    #expect(try ServeOptions(address: address, token: "0123456789abcdef").token != nil)
  }

  @Test(arguments: [
    "", "short", "with space 123", "a/b?c&d=efgh", String(repeating: "a", count: 129),
  ])
  func `a token that a URL cannot carry is refused`(token: String) {
    #expect(throws: ServeError.self) { try ServeOptions(token: token) }
  }

  @Test(arguments: ["/", "/events", "/metrics", "/snapshot.jpg", "/healthz", "/nothing"])
  func `with a token each path needs it`(path: String) throws {
    let server = try TestServer(token: "correct-horse")
    let refused = [
      try server.answer(path), try server.answer(path + "?token=correct-hors"),
      try server.answer(path + "?token=correct-horsf"), try server.answer(path + "?token="),
      try server.answer(path, headers: "Host: localhost\r\nAuthorization: Bearer wrong\r\n"),
      try server.answer(path, headers: "Host: localhost\r\nAuthorization: Basic correct-horse\r\n"),
    ]
    for answer in refused {
      #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
      #expect(answer.contains("WWW-Authenticate: Bearer\r\n"))
    }
    let accepted = [
      try server.answer(path + "?token=correct-horse", method: "HEAD"),
      try server.answer(
        path, method: "HEAD",
        headers: "Host: localhost\r\nAuthorization: Bearer correct-horse\r\n"),
    ]
    for answer in accepted { #expect(!answer.hasPrefix("HTTP/1.1 401 ")) }
  }

  @Test(
    arguments: [
      ("localhost", true), ("localhost:8080", true), ("LOCALHOST:1", true), ("127.0.0.1", true),
      ("127.0.0.1:8080", true), ("[::1]", true), ("[::1]:8080", true), ("evil.example", false),
      ("evil.example:8080", false), ("localhost.evil.example", false), ("127.0.0.1.nip.io", false),
      ("localhost:80:evil", false), ("localhost@evil", false), ("", false), ("192.168.1.5", false),
    ])
  func `on loopback the Host header must name this machine`(host: String, passes: Bool) throws {
    let answer = try TestServer().answer("/healthz", headers: "Host: \(host)\r\n")
    #expect(answer.hasPrefix(passes ? "HTTP/1.1 200 " : "HTTP/1.1 403 "))
  }

  @Test func `on a network address any Host passes with the token`() throws {
    let server = try TestServer(token: "correct-horse", address: "0.0.0.0:0")
    let answer = try server.answer("/healthz?token=correct-horse", headers: "Host: board.lan\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
  }

  @Test(
    arguments: [
      ("127.0.0.1:8080", "127.0.0.1:8080", true), ("[::1]:80", "[::1]:80", true),
      ("localhost:9", "127.0.0.1:9", true), ("127.4.5.6:0", "127.4.5.6:0", true),
      ("0.0.0.0:65535", "0.0.0.0:65535", false), ("[2001:db8::1]:1", "[2001:db8::1]:1", false),
      ("[0:0:0:0:0:0:0:1]:80", "[0:0:0:0:0:0:0:1]:80", true),
    ])
  func `addresses are read as written`(text: String, shown: String, isLoopback: Bool) throws {
    let address = try ServeAddress(text)
    #expect(address.description == shown)
    #expect(address.isLoopback == isLoopback)
  }

  @Test(
    arguments: [
      "", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
      "127.0.0.1:+1", "127.0.0.1:http", "::1:8080", "[::1]", "[::1]8080", "board.lan:80",
      "127.1:80", "256.0.0.1:80", "[127.0.0.1]:80", "http://127.0.0.1:80",
    ])
  func `an address that is none is refused with what to write`(text: String) {
    let error = #expect(throws: ServeError.self) { try ServeAddress(text) }
    #expect(error?.description.hasPrefix("'\(text)'") == true)
  }
}
