// SPDX-License-Identifier: Apache-2.0
#if MQTT
  import CMosquitto
  import Glibc

  /// One connection to the broker, from `connect` to its end; used by one thread only.
  final class BrokerSession {
    /// How many messages the library holds at most: the others wait in the outbox, which is bounded.
    private static let unconfirmedLimit = 32
    private static let keepAliveSeconds: Int32 = 30

    private let options: MQTTOptions
    private let client: OpaquePointer
    /// By the library's message number, in the order in which they were sent.
    private var unconfirmed: [(number: Int32, message: Outbox.Message)] = []
    /// The broker's answer to CONNECT (MQTT 3.1.1, section 3.2.2.3); nil: none yet.
    private(set) var answer: Int32?

    init(options: MQTTOptions, will: Outbox.Message) throws(MQTTError) {
      let name = "swiftlet-\(options.identifier)-\(UInt32.random(in: 0...0xFFFF))"
      guard let client = mosquitto_new(name, true, nil) else {
        throw MQTTError("libmosquitto cannot be used: error \(errno)")
      }
      self.options = options
      self.client = client
      mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
      mosquitto_connect_callback_set(client) { _, context, answer in
        BrokerSession.of(context)?.answer = answer
      }
      mosquitto_publish_callback_set(client) { _, context, number in
        BrokerSession.of(context)?.unconfirmed.removeAll { $0.number == number }
      }
      mosquitto_username_pw_set(client, options.broker.user, options.broker.password)
      mosquitto_will_set(
        client, will.topic, Int32(will.payload.utf8.count), will.payload, 1, true)
      try useTLS()
    }

    deinit { mosquitto_destroy(client) }

    private static func of(_ context: UnsafeMutableRawPointer?) -> BrokerSession? {
      context.map { Unmanaged<BrokerSession>.fromOpaque($0).takeUnretainedValue() }
    }

    private func useTLS() throws(MQTTError) {
      guard options.broker.usesTLS else { return }
      let file = options.certificateAuthorityFile
      let result = mosquitto_tls_set(
        client, file, file == nil ? "/etc/ssl/certs" : nil, nil, nil, nil)
      guard result == MOSQ_ERR_SUCCESS.rawValue else {
        throw MQTTError(
          "the CA file '\(file ?? "/etc/ssl/certs")' cannot be read; give a readable PEM file")
      }
    }

    /// Looks the host up and connects; may take as long as the system's timeouts.
    func connect() throws(MQTTError) {
      let result = mosquitto_connect(
        client, options.broker.host, Int32(options.broker.port), Self.keepAliveSeconds)
      try check(result)
    }

    /// Waits for the broker or the event, then reads and writes what there is.
    func step(wake: WakeEvent, milliseconds: Int32) throws(MQTTError) {
      var waits = [
        pollfd(fd: mosquitto_socket(client), events: Int16(POLLIN), revents: 0),
        pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if mosquitto_want_write(client) { waits[0].events |= Int16(POLLOUT) }
      poll(&waits, 2, milliseconds)
      if waits[1].revents != 0 { wake.clear() }
      if waits[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
        try check(mosquitto_loop_read(client, 100))
      }
      if waits[0].revents & Int16(POLLOUT) != 0 { try check(mosquitto_loop_write(client, 100)) }
      try check(mosquitto_loop_misc(client))
      if let answer, answer != 0 { throw BrokerFailure.refused(answer, options.broker) }
    }

    var hasRoom: Bool { unconfirmed.count < Self.unconfirmedLimit && !mosquitto_want_write(client) }
    var isIdle: Bool { unconfirmed.isEmpty && !mosquitto_want_write(client) }
    var unconfirmedMessages: [Outbox.Message] { unconfirmed.map(\.message) }

    func send(_ message: Outbox.Message) throws(MQTTError) {
      var number: Int32 = 0
      let quality = message.isRetained ? max(1, options.qualityOfService) : options.qualityOfService
      let result = mosquitto_publish(
        client, &number, message.topic, Int32(message.payload.utf8.count), message.payload, quality,
        message.isRetained)
      try check(result)
      // At quality 0 the library may have written it, and said so, before it returned.
      if quality > 0 { unconfirmed.append((number, message)) }
    }

    func disconnect() {
      mosquitto_disconnect(client)
      mosquitto_loop_write(client, 1)
    }

    private func check(_ result: Int32) throws(MQTTError) {
      guard result != MOSQ_ERR_SUCCESS.rawValue else { return }
      let error = errno
      if let answer, answer != 0 { throw BrokerFailure.refused(answer, options.broker) }
      throw BrokerFailure.lost(result, errno: error, options)
    }
  }
#endif
