// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import MQTT

@Suite struct OutboxTests {
  private func event(_ text: String) -> Outbox.Message {
    Outbox.Message(topic: "e", payload: text, isRetained: false)
  }

  @Test(arguments: [0, 1, 999, 1000, 1001, 5003])
  func `the oldest events are dropped and counted`(count: Int) {
    let outbox = Outbox()
    for number in 0..<count { outbox.add(event("\(number)")) }
    #expect(outbox.droppedCount == max(0, count - Outbox.eventLimit))
    var received: [String] = []
    while let message = outbox.next() { received.append(message.payload) }
    #expect(received == (max(0, count - Outbox.eventLimit)..<count).map { "\($0)" })
  }

  @Test func `large events are bounded by their bytes`() {
    let outbox = Outbox()
    let text = String(repeating: "x", count: 100_000)
    for _ in 0..<50 { outbox.add(event(text)) }
    #expect(outbox.waitingCount == Outbox.byteLimit / 100_000)
    outbox.add(event(String(repeating: "x", count: Outbox.byteLimit + 1)))
    #expect(outbox.waitingCount == Outbox.byteLimit / 100_000)
    #expect(outbox.droppedCount == 50 - Outbox.byteLimit / 100_000 + 1)
  }

  @Test func `of what is retained the latest goes out, before events, once`() {
    let outbox = Outbox()
    outbox.add(event("1"))
    for text in ["a", "b"] {
      outbox.retain(Outbox.Message(topic: "r", payload: text, isRetained: true))
    }
    #expect(outbox.next()?.payload == "b")
    outbox.retain(Outbox.Message(topic: "r", payload: "b", isRetained: true))
    #expect(outbox.next()?.payload == "1")
    #expect(outbox.next() == nil)
    outbox.retain(Outbox.Message(topic: "r", payload: "c", isRetained: true))
    #expect(outbox.next()?.payload == "c")
  }

  @Test func `after an outage nothing is missing and nothing out of order`() {
    let outbox = Outbox()
    outbox.retain(Outbox.Message(topic: "r", payload: "state", isRetained: true))
    for number in 0..<10 { outbox.add(event("\(number)")) }
    var sent: [Outbox.Message] = []
    for _ in 0..<5 { if let message = outbox.next() { sent.append(message) } }
    outbox.beginAgain(unconfirmed: Array(sent.suffix(2)))
    var received: [String] = []
    while let message = outbox.next() { received.append(message.payload) }
    #expect(received == ["state", "2", "3", "4", "5", "6", "7", "8", "9"])
  }
}

@Suite struct MessageTests {
  private let topics = Topics(prefix: "swiftlet/board")

  @Test func `the state is JSON with null for no decision`() {
    #expect(
      topics.state(label: "a \"b\"", probability: 0.5)?.payload
        == #"{"label":"a \"b\"","probability":0.5}"#)
    #expect(
      topics.state(label: nil, probability: 0.25)?.payload
        == #"{"label":null,"probability":0.25}"#)
    #expect(topics.state(label: nil, probability: .nan) == nil)
  }

  @Test func `only faults of the camera are its problem`() {
    let fault = #"{"event":"fault","fault":"camera-gone","message":"unplugged"}"#
    #expect(
      topics.problem(kind: "fault", line: fault)?.payload
        == #"{"fault":"camera-gone","message":"unplugged","problem":"ON"}"#)
    #expect(topics.problem(kind: "fault", line: #"{"fault":"log-failed"}"#) == nil)
    #expect(topics.problem(kind: "fault", line: "nonsense") == nil)
    #expect(topics.problem(kind: "result", line: "{}") == nil)
    #expect(topics.problem(kind: "source", line: "{}")?.payload == #"{"problem":"OFF"}"#)
  }

  @Test func `Home Assistant learns five sensors of one device`() throws {
    let options = try MQTTOptions(url: "mqtt://a", identifier: "board", version: "1.2.3")
    let messages = Discovery.messages(options, topics)
    #expect(
      messages.map(\.topic) == [
        "homeassistant/sensor/swiftlet_board/label/config",
        "homeassistant/sensor/swiftlet_board/probability/config",
        "homeassistant/binary_sensor/swiftlet_board/problem/config",
        "homeassistant/sensor/swiftlet_board/latency/config",
        "homeassistant/sensor/swiftlet_board/temperature/config",
      ])
    for message in messages {
      #expect(message.isRetained)
      let object = try JSONSerialization.jsonObject(with: Data(message.payload.utf8))
      let entity = try #require(object as? [String: Any])
      #expect((entity["unique_id"] as? String)?.hasPrefix("swiftlet_board_") == true)
      #expect(entity["availability_topic"] as? String == "swiftlet/board/availability")
      let device = try #require(entity["device"] as? [String: Any])
      #expect(device["identifiers"] as? [String] == ["swiftlet_board"])
      #expect(device["sw_version"] as? String == "1.2.3")
    }
    let silent = try MQTTOptions(url: "mqtt://a", discoveryPrefix: nil)
    #expect(Discovery.messages(silent, topics).isEmpty)
  }

  @Test func `without the trait starting says how to build`() throws {
    let publisher = MQTTPublisher(options: try MQTTOptions(url: "mqtt://127.0.0.1:1"))
    publisher.publish(kind: "result", line: "{}")
    if MQTTPublisher.isAvailable {
      try publisher.start()
      publisher.stop()
    } else {
      let error = #expect(throws: MQTTError.self) { try publisher.start() }
      #expect(error?.description.contains("swift build --traits MQTT") == true)
    }
    publisher.stop()
  }
}
