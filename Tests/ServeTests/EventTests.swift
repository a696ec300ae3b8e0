// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Serve

extension ServeTests.Events {
  private func subscribe(_ server: TestServer) throws -> TestClient {
    let client = try TestClient(port: server.port)
    client.get("/events")
    #expect(client.read(until: "\r\n\r\n"))
    return client
  }

  @Test func `an event reaches each client with its kind`() throws {
    let server = try TestServer()
    let clients = try (0..<3).map { _ in try subscribe(server) }
    #expect(server.eventually { server.server.clientCount == 3 })
    server.server.publish(#"{"schema":1,"event":"result","label":"cat"}"#)
    for client in clients {
      let expected =
        "event: result\ndata: {\"schema\":1,\"event\":\"result\",\"label\":\"cat\"}\n\n"
      #expect(client.read(until: expected))
      #expect(client.text.contains("Content-Type: text/event-stream\r\n"))
    }
  }

  @Test func `a new client gets the latest of each kind in their order`() throws {
    let server = try TestServer()
    for line in [
      #"{"event":"start"}"#, #"{"event":"source","n":1}"#, #"{"event":"result","frame":1}"#,
      #"{"event":"fault","fault":"camera-gone"}"#, #"{"event":"source","n":2}"#,
      #"{"event":"stats"}"#, #"{"event":"unknown"}"#, #"{"event":"result","frame":2}"#,
    ] {
      server.server.publish(line)
    }
    let client = try subscribe(server)
    #expect(client.read(until: #""frame":2}"#))
    let kinds = client.text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("event: ") }
    #expect(kinds.map { $0.dropFirst(7) } == ["start", "fault", "source", "stats", "result"])
    #expect(!client.text.contains(#""n":1"#))
  }

  @Test func `a client that leaves is noticed without any event`() throws {
    let server = try TestServer()
    do {
      let client = try subscribe(server)
      #expect(server.eventually { server.server.clientCount == 1 })
      _ = client
    }
    #expect(server.eventually { server.server.clientCount == 0 })
  }

  @Test func `a client that does not read loses its oldest events and nothing else`() throws {
    let server = try TestServer()
    let slow = try TestClient(port: server.port, receiveBufferByteCount: 4096)
    slow.get("/events")
    let quick = try subscribe(server)
    #expect(server.eventually { server.server.clientCount == 2 })
    let filler = String(repeating: "x", count: 8000)
    for number in 0..<1000 {
      server.server.publish(#"{"event":"result","n":\#(number),"text":"\#(filler)"}"#)
      #expect(quick.read(until: #""n":\#(number),"#))
      quick.forget()
    }
    #expect(server.server.droppedEventCount > 500)
    #expect(try server.answer("/healthz").hasPrefix("HTTP/1.1 200 "))
    server.server.publish(#"{"event":"last"}"#)
    #expect(slow.read(until: "event: last\n"), "the newest is not the one that is dropped")
  }

  @Test func `many threads may publish at once`() async throws {
    let server = try TestServer()
    let client = try subscribe(server)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for number in 0..<10 {
            server.server.publish(#"{"event":"result","n":"\#(task)-\#(number)"}"#)
          }
        }
      }
    }
    server.server.publish(#"{"event":"last"}"#)
    #expect(client.read(until: "event: last\n"))
    #expect(client.text.split(whereSeparator: \.isNewline).count { $0 == "event: result" } == 80)
  }

  @Test func `what is no event is dropped and counted`() throws {
    let server = try TestServer()
    for line in ["", "{}", "{\"event\":\"a\nb\"}", "{\"event\":\"a\"\n}", #"{"event":7}"#] {
      server.server.publish(line)
    }
    server.server.publish(#"{"event":"a","text":""# + String(repeating: "x", count: 70_000) + "\"}")
    #expect(server.server.droppedEventCount == 6)
  }

  @Test func `stop hands out the last events and closes`() throws {
    let server = try TestServer()
    let client = try subscribe(server)
    #expect(server.eventually { server.server.clientCount == 1 })
    server.server.publish(#"{"event":"end","reason":"signal"}"#)
    server.server.stop()
    #expect(client.readToEnd().hasSuffix("data: {\"event\":\"end\",\"reason\":\"signal\"}\n\n"))
    #expect(throws: (any Error).self) { try TestClient(port: server.port) }
  }

  @Test(
    arguments: [
      (#"{"schema":1,"event":"result"}"#, "result"), (#"{"event" : "fault"}"#, "fault"),
      (#"{"label":"\"event\":\"fake\"","event":"result"}"#, "result"),
      (#"{"label":"event","event":"start"}"#, "start"), (#"{"eventful":"x"}"#, nil),
      (#"{"event":"Result x"}"#, nil), (#"{"event":""}"#, nil), (#"{"event":"open"#, nil),
    ])
  func `the kind is read off the key`(line: String, kind: String?) {
    #expect(EventKind.of(line) == kind)
  }
}
