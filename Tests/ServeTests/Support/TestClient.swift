// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A blocking socket to the server, so that tests see each byte.
final class TestClient {
  struct Refused: Error {}

  let descriptor: Int32
  private(set) var received: [UInt8] = []

  init(port: UInt16, receiveBufferByteCount: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBufferByteCount {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Refused() }
  }

  deinit { close(descriptor) }

  /// Whether all of it went out.
  @discardableResult
  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  func get(_ target: String, method: String = "GET", headers: String = "Host: localhost\r\n") {
    send("\(method) \(target) HTTP/1.1\r\n\(headers)\r\n")
  }

  /// Reads until `text` is there; false: the server closed, or nothing came for ten seconds.
  @discardableResult
  func read(until text: String) -> Bool {
    while !self.text.contains(text) {
      guard readSome() else { return false }
    }
    return true
  }

  func readToEnd() -> String {
    while readSome() {}
    return text
  }

  /// Drops what was read so far.
  func forget() { received = [] }

  var text: String { String(decoding: received, as: UTF8.self) }

  private func readSome() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { received += buffer[..<count] }
    return count > 0
  }
}
