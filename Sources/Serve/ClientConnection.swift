// SPDX-License-Identifier: Apache-2.0
import FlyingSocks
import FoundationEssentials

/// One client's connection, from the first request to its end. Whatever goes wrong ends this
/// connection only. The caller closes the socket afterwards, when no task waits for it any more.
struct ClientConnection: Sendable {
  let socket: AsyncSocket
  let router: Router
  private let watchdog = Watchdog()

  init(socket: AsyncSocket, router: Router) {
    self.socket = socket
    self.router = router
  }

  func run() async {
    try? await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await serve() }
      group.addTask { try await watchdog.run() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func serve() async {
    var received: [UInt8] = []
    while !Task.isCancelled {
      switch await nextRequest(&received) {
      case .request(let request):
        guard await respond(to: request), request.keepsAlive else { return }
      case .refuse(let response):
        try? await send(response.bytes(keepsAlive: false, isHead: false))
        return
      case .end:
        return
      }
    }
  }

  private enum Incoming {
    case request(Request)
    case refuse(Response)
    case end
  }

  /// Reads up to the empty line. `received` keeps what came behind it.
  private func nextRequest(_ received: inout [UInt8]) async -> Incoming {
    let start = received
    let seconds = start.isEmpty ? ServeLimits.idleSeconds : ServeLimits.requestSeconds
    do {
      let (head, rest) = try await watchdog.limit(seconds: seconds) {
        try await RequestHead.read(from: socket, start)
      }
      received = rest
      guard let head else {
        return .refuse(Response(431, "a request has at most \(ServeLimits.requestByteCount) bytes"))
      }
      guard let request = Request(head: head) else {
        return .refuse(Response(400, "this is no HTTP/1.1 request"))
      }
      return .request(request)
    } catch {
      return .end
    }
  }

  /// Whether the connection may go on.
  private func respond(to request: Request) async -> Bool {
    let isHead = request.method == "HEAD"
    switch await router.answer(request) {
    case .response(let response):
      let bytes = response.bytes(keepsAlive: request.keepsAlive, isHead: isHead)
      return (try? await send(bytes)) != nil
    case .events:
      let head = Array(Response.eventStreamHead.utf8)
      if isHead {
        try? await send(head)
      } else {
        await EventConnection(socket: socket, hub: router.hub, watchdog: watchdog, head: head).run()
      }
      return false
    }
  }

  private func send(_ bytes: [UInt8]) async throws {
    try await watchdog.limit(seconds: ServeLimits.writeSeconds) {
      try await socket.write(Data(bytes))
    }
  }
}
