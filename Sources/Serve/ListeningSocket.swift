// SPDX-License-Identifier: Apache-2.0
import FlyingSocks
import Glibc

/// Binds at once, so that the caller learns at the start why it cannot.
enum ListeningSocket {
  static func open(_ address: ServeAddress) throws(ServeError) -> Socket {
    do {
      let socket = try Socket(domain: address.isIPv6 ? AF_INET6 : AF_INET, type: .stream)
      do {
        try socket.setValue(true, for: .localAddressReuse)
        try socket.setValue(ServeLimits.sendBufferByteCount, for: .sendBufferSize)
        if address.isIPv6 {
          try socket.bind(to: sockaddr_in6.inet6(ip6: address.host, port: address.port))
        } else {
          try socket.bind(to: sockaddr_in.inet(ip4: address.host, port: address.port))
        }
      } catch {
        try? socket.close()
        throw error
      }
      try socket.listen(maxPendingConnection: Int32(ServeLimits.connectionCount))
      return socket
    } catch {
      throw explain(error, address)
    }
  }

  private static func explain(_ error: any Error, _ address: ServeAddress) -> ServeError {
    guard case SocketError.failed(_, let errno, let message) = error else {
      return ServeError("cannot serve on \(address): \(error)")
    }
    let next = address.port == UInt16.max ? address.port - 1 : address.port + 1
    return switch errno {
    case EADDRINUSE:
      ServeError(
        "cannot serve on \(address): another program uses this port; end that program, or choose "
          + "another port, for example \(next)")
    case EACCES:
      ServeError(
        "cannot serve on \(address): ports below 1024 need rights that this program has not; choose "
          + "a higher one, for example 8080")
    case EADDRNOTAVAIL:
      ServeError(
        "cannot serve on \(address): this machine has no such address; choose one that 'ip address' "
          + "shows, or 0.0.0.0 for all")
    case EAFNOSUPPORT:
      ServeError("cannot serve on \(address): this machine has no IPv6; use 127.0.0.1 or 0.0.0.0")
    default:
      ServeError("cannot serve on \(address): \(message) (error \(errno))")
    }
  }
}
