// SPDX-License-Identifier: Apache-2.0

/// What each path answers.
struct Router: Sendable {
  enum Answer: Sendable {
    case response(Response)
    case events
  }

  let access: AccessRule
  let sources: ServeSources
  let snapshot: SnapshotSource
  let hub: EventHub

  func answer(_ request: Request) async -> Answer {
    if let refusal = access.refusal(of: request) { return .response(refusal) }
    guard request.method == "GET" || request.method == "HEAD" else {
      var response = Response(405, "only GET and HEAD")
      response.extraHeaders = [("Allow", "GET, HEAD")]
      return .response(response)
    }
    if request.hasBody { return .response(Response(400, "a request has no body here")) }
    switch request.path {
    case "/": return .response(Page.response())
    case "/events": return .events
    case "/metrics": return .response(metrics())
    case "/snapshot.jpg": return .response(await picture())
    case "/healthz": return .response(health())
    default: return .response(Response(404, "there is nothing at this address"))
    }
  }

  /// Prometheus text format 0.0.4: the program's metrics, then the server's.
  private func metrics() -> Response {
    let text =
      sources.metrics() + """
        # HELP swiftlet_serve_clients Clients that read the event stream.
        # TYPE swiftlet_serve_clients gauge
        swiftlet_serve_clients \(hub.clientCount)
        # HELP swiftlet_serve_dropped_events_total Events that clients were too slow for.
        # TYPE swiftlet_serve_dropped_events_total counter
        swiftlet_serve_dropped_events_total \(hub.droppedCount)

        """
    return Response(contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(text.utf8))
  }

  private func picture() async -> Response {
    guard let bytes = await snapshot.jpeg() else {
      return Response(503, "there is no picture yet")
    }
    return Response(contentType: "image/jpeg", body: bytes)
  }

  private func health() -> Response {
    let health = sources.health()
    return Response(health.isHealthy ? 200 : 503, health.text)
  }
}
