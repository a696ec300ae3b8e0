// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// The topics under the prefix, and what stands in those that are retained.
struct Topics: Sendable {
  let events: String
  let state: String
  let stats: String
  let problem: String
  let availability: String

  static let online = "online"
  static let offline = "offline"

  init(prefix: String) {
    events = prefix + "/events"
    state = prefix + "/state"
    stats = prefix + "/stats"
    problem = prefix + "/problem"
    availability = prefix + "/availability"
  }

  func isAvailable(_ isOnline: Bool) -> Outbox.Message {
    Outbox.Message(
      topic: availability, payload: isOnline ? Self.online : Self.offline, isRetained: true)
  }

  func state(label: String?, probability: Double) -> Outbox.Message? {
    struct State: Encodable {
      let label: String?
      let probability: Double

      enum CodingKeys: CodingKey { case label, probability }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(label, forKey: .label)
        try container.encode(probability, forKey: .probability)
      }
    }
    return JSONText.of(State(label: label, probability: probability)).map {
      Outbox.Message(topic: state, payload: $0, isRetained: true)
    }
  }

  /// What an event says about the camera; nil: nothing.
  func problem(kind: String, line: String) -> Outbox.Message? {
    struct Fault: Decodable {
      let fault: String
      let message: String?
    }
    var status = ["problem": "OFF"]
    if kind == "fault" {
      guard let fault = try? JSONDecoder().decode(Fault.self, from: Data(line.utf8)),
        fault.fault.hasPrefix("camera-")
      else { return nil }
      status = ["problem": "ON", "fault": fault.fault, "message": fault.message ?? ""]
    } else if kind != "source" {
      return nil
    }
    return JSONText.of(status).map {
      Outbox.Message(topic: problem, payload: $0, isRetained: true)
    }
  }
}

/// JSON with keys in order, so that equal values are equal texts, and in snake case.
enum JSONText {
  /// Nil: a number that JSON has not.
  static func of(_ value: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }
}
