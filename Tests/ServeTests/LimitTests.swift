// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import Serve

extension ServeTests.Limits {
  @Test func `a second server on the port says so`() throws {
    let server = try TestServer()
    let second = WatchServer(
      options: try ServeOptions(address: "127.0.0.1:\(server.port)"),
      sources: ServeSources(snapshot: { nil }, metrics: { "" }, health: { (true, "") }))
    let error = #expect(throws: ServeError.self) { try second.start() }
    #expect(error?.description.contains("another program uses this port") == true)
    server.server.stop()
    try second.start()
    second.stop()
  }

  @Test func `an address of another machine says so`() throws {
    let server = WatchServer(
      options: try ServeOptions(address: "192.0.2.1:0", token: "0123456789abcdef"),
      sources: ServeSources(snapshot: { nil }, metrics: { "" }, health: { (true, "") }))
    let error = #expect(throws: ServeError.self) { try server.start() }
    #expect(error?.description.contains("no such address") == true)
  }

  @Test func `a request has a bounded size`() throws {
    let server = try TestServer()
    let client = try TestClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
    client.send(String(repeating: "x", count: ServeLimits.requestByteCount - 35))
    #expect(client.readToEnd().hasPrefix("HTTP/1.1 431 "))
  }

  @Test func `connections beyond the limit are turned away, and room comes back`() throws {
    let server = try TestServer()
    var clients: [TestClient] = []
    for _ in 0..<ServeLimits.connectionCount {
      let client = try TestClient(port: server.port)
      client.get("/healthz")
      #expect(client.read(until: "streaming\n"))
      clients.append(client)
    }
    #expect(try TestClient(port: server.port).readToEnd().hasPrefix("HTTP/1.1 503 "))
    clients.removeAll()
    #expect(
      server.eventually { (try? server.answer("/healthz").hasPrefix("HTTP/1.1 200 ")) == true })
  }

  @Test func `clients that break off in the middle of a picture do no harm`() throws {
    let server = try TestServer()
    server.set { $0.picture = [UInt8](repeating: 7, count: 4_000_000) }
    for _ in 0..<20 {
      let client = try TestClient(port: server.port, receiveBufferByteCount: 4096)
      client.get("/snapshot.jpg")
      #expect(client.read(until: "image/jpeg"))
      var hard = linger(l_onoff: 1, l_linger: 0)
      setsockopt(
        client.descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
    }
    #expect(try server.answer("/healthz").hasPrefix("HTTP/1.1 200 "))
  }

  @Test func `a large picture arrives whole`() throws {
    let server = try TestServer()
    server.set { $0.picture = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) } }
    let client = try TestClient(port: server.port)
    client.get("/snapshot.jpg", headers: "Host: localhost\r\nConnection: close\r\n")
    _ = client.readToEnd()
    let body = client.received.suffix(600_000)
    #expect(body.elementsEqual((0..<600_000).lazy.map { UInt8(truncatingIfNeeded: $0 &* 31) }))
  }

  @Test func `IPv6 loopback works where the machine has it`() throws {
    let server = WatchServer(
      options: try ServeOptions(address: "[::1]:0"),
      sources: ServeSources(snapshot: { nil }, metrics: { "" }, health: { (true, "") }))
    do {
      try server.start()
      #expect(server.boundAddress?.isIPv6 == true)
      server.stop()
    } catch let error {
      #expect(error.description.contains("no IPv6") || error.description.contains("no such"))
    }
  }
}
