// SPDX-License-Identifier: Apache-2.0

/// An answer of known length.
struct Response: Sendable {
  var status: Int
  var contentType = "text/plain; charset=utf-8"
  var body: [UInt8]
  var extraHeaders: [(name: String, value: String)] = []

  init(_ status: Int, _ text: String) {
    self.status = status
    body = Array((text + "\n").utf8)
  }

  init(contentType: String, body: [UInt8]) {
    status = 200
    self.contentType = contentType
    self.body = body
  }

  /// Head and, unless `isHead`, body.
  func bytes(keepsAlive: Bool, isHead: Bool) -> [UInt8] {
    var head = Self.head(status: status, contentType: contentType, extraHeaders)
    head += "Content-Length: \(body.count)\r\n"
    head += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
    return Array(head.utf8) + (isHead ? [] : body)
  }

  /// The head of an event stream: its end is the end of the connection.
  static let eventStreamHead =
    head(status: 200, contentType: "text/event-stream", [("X-Accel-Buffering", "no")])
    + "Connection: close\r\n\r\n"

  private static func head(
    status: Int, contentType: String, _ extra: [(name: String, value: String)]
  ) -> String {
    var text = "HTTP/1.1 \(status) \(phrase(status))\r\nContent-Type: \(contentType)\r\n"
    if !extra.contains(where: { $0.name == "Content-Security-Policy" }) {
      text += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    }
    for (name, value) in extra { text += "\(name): \(value)\r\n" }
    return text + """
      Cache-Control: no-store\r
      X-Content-Type-Options: nosniff\r
      X-Frame-Options: DENY\r
      Referrer-Policy: no-referrer\r
      Cross-Origin-Resource-Policy: same-origin\r\n
      """
  }

  /// RFC 9110, section 15.
  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 431: "Request Header Fields Too Large"
    case 503: "Service Unavailable"
    default: "Error"
    }
  }
}
