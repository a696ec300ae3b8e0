// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import Serve

extension ServeTests.Routes {
  @Test func `each path has its status and type`() throws {
    let server = try TestServer()
    let page = try server.answer("/")
    #expect(page.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(page.contains("Content-Type: text/html; charset=utf-8\r\n"))
    #expect(page.hasSuffix("</html>\n"))
    let metrics = try server.answer("/metrics")
    #expect(metrics.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
    #expect(metrics.contains("\r\n\r\nswiftlet_frames_total 7\n# HELP swiftlet_serve_clients "))
    #expect(metrics.contains("\nswiftlet_serve_dropped_events_total 0\n"))
    #expect(try server.answer("/healthz").hasSuffix("\r\n\r\nstreaming\n"))
    let missing = try server.answer("/other")
    #expect(missing.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
    #expect(missing.hasSuffix("\r\n\r\nthere is nothing at this address\n"))
  }

  @Test func `the snapshot is the picture's bytes or 503`() throws {
    let server = try TestServer()
    let client = try TestClient(port: server.port)
    client.get("/snapshot.jpg", headers: "Host: localhost\r\nConnection: close\r\n")
    let text = client.readToEnd()
    #expect(text.contains("Content-Type: image/jpeg\r\n"))
    #expect(text.contains("Cache-Control: no-store\r\n"))
    #expect(client.received.suffix(4) == [0xFF, 0xD8, 0xFF, 0xD9])
    server.set { $0.picture = nil }
    #expect(
      server.eventually {
        (try? server.answer("/snapshot.jpg").hasPrefix("HTTP/1.1 503 ")) == true
      })
  }

  @Test func `health is 503 while the program is not healthy`() throws {
    let server = try TestServer()
    server.set { $0.isHealthy = false }
    let answer = try server.answer("/healthz")
    #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
    #expect(answer.hasSuffix("\r\n\r\ncamera-gone\n"))
  }

  @Test(arguments: ["/", "/metrics", "/events", "/snapshot.jpg", "/nothing"])
  func `each answer says what a browser must not do`(path: String) throws {
    let answer = try TestServer().answer(path, method: "HEAD")
    #expect(answer.contains("Content-Security-Policy: default-src 'none'; "))
    #expect(answer.contains("X-Content-Type-Options: nosniff\r\n"))
    #expect(answer.contains("Referrer-Policy: no-referrer\r\n"))
    #expect(answer.contains("Cache-Control: no-store\r\n"))
    #expect(answer.hasSuffix("\r\n\r\n"), "HEAD has no body")
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "get"])
  func `other methods are turned away`(method: String) throws {
    let answer = try TestServer().answer("/", method: method)
    #expect(answer.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
    #expect(answer.contains("Allow: GET, HEAD\r\n"))
  }

  @Test func `one connection carries several requests, also when sent at once`() throws {
    let server = try TestServer()
    let client = try TestClient(port: server.port)
    client.get("/healthz")
    #expect(client.read(until: "streaming\n"))
    client.send(
      "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
        + "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    let text = client.readToEnd()
    #expect(text.contains("HTTP/1.1 404 "))
    #expect(text.contains("swiftlet_frames_total 7\n"))
  }

  @Test(
    arguments: [
      "nonsense\r\n\r\n", "GET / HTTP/2\r\nHost: localhost\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
      "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
      "GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
    ])
  func `a malformed request gets 400 and the end`(request: String) throws {
    let server = try TestServer()
    let client = try TestClient(port: server.port)
    client.send(request)
    shutdown(client.descriptor, Int32(SHUT_WR))
    #expect(client.readToEnd().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
  }
}
