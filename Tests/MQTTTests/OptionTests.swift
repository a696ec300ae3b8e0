// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import MQTT

@Suite struct OptionTests {
  @Test(
    arguments: [
      ("mqtt://broker", "broker", 1883, false, nil, nil),
      ("mqtt://broker/", "broker", 1883, false, nil, nil),
      ("mqtts://broker.lan", "broker.lan", 8883, true, nil, nil),
      ("MQTT://10.0.0.2:1999", "10.0.0.2", 1999, false, nil, nil),
      ("mqtt://[::1]:7", "::1", 7, false, nil, nil), ("mqtt://[::1]", "::1", 1883, false, nil, nil),
      ("mqtt://me@broker", "broker", 1883, false, "me", nil),
      ("mqtt://me:@broker", "broker", 1883, false, "me", ""),
      ("mqtt://me:p%40ss%3Aw%2Frd@broker:1", "broker", 1, false, "me", "p@ss:w/rd"),
      ("mqtt://me:a@b:c@broker", "broker", 1883, false, "me", "a@b:c"),
    ] as [(String, String, UInt16, Bool, String?, String?)])
  func `a broker's address is read as written`(
    url: String, host: String, port: UInt16, usesTLS: Bool, user: String?, password: String?
  ) throws {
    let broker = try BrokerAddress(url)
    #expect(broker.host == host)
    #expect(broker.port == port)
    #expect(broker.usesTLS == usesTLS)
    #expect(broker.user == user)
    #expect(broker.password == password)
  }

  @Test(
    arguments: [
      "", "broker", "http://broker", "mqtt://", "mqtt://:1883", "mqtt://a b", "mqtt://a:0",
      "mqtt://a:65536", "mqtt://a:b", "mqtt://::1", "mqtt://[::1", "mqtt://[::1]x",
      "mqtt://a/topic", "mqtt://@a", "mqtt://me:secret%4@a", "mqtt://me:secret@", "mqtt:/a",
    ])
  func `what is no address is refused without showing a password`(url: String) {
    let error = #expect(throws: MQTTError.self) { try BrokerAddress(url) }
    #expect(error?.description.contains("secret") == false)
  }

  @Test func `an address is shown without its password`() throws {
    #expect(try BrokerAddress("mqtt://me:secret@broker").description == "mqtt://broker:1883")
    #expect(try BrokerAddress("mqtts://[::1]").description == "mqtts://[::1]:8883")
  }

  @Test func `names that topics cannot hold are replaced`() throws {
    let options = try MQTTOptions(url: "mqtt://a", identifier: "Küche/board #1+")
    #expect(options.identifier == "K_che_board__1_")
    #expect(options.topicPrefix == "swiftlet/K_che_board__1_")
    #expect(try MQTTOptions(url: "mqtt://a").identifier.isEmpty == false)
  }

  @Test(arguments: ["", "a/#", "+/a", "$SYS/a", "/a", "a/", "a\u{0}"])
  func `a prefix that is no topic is refused`(prefix: String) {
    #expect(throws: MQTTError.self) { try MQTTOptions(url: "mqtt://a", topicPrefix: prefix) }
    #expect(throws: MQTTError.self) { try MQTTOptions(url: "mqtt://a", discoveryPrefix: prefix) }
  }

  @Test func `options that do not fit together are refused`() {
    #expect(throws: MQTTError.self) { try MQTTOptions(url: "mqtt://a", qualityOfService: 3) }
    #expect(throws: MQTTError.self) { try MQTTOptions(url: "mqtt://a", password: "x") }
    #expect(throws: MQTTError.self) {
      try MQTTOptions(url: "mqtt://a", certificateAuthorityFile: "/ca.pem")
    }
  }
}
