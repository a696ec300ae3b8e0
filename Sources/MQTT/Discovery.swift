// SPDX-License-Identifier: Apache-2.0

/// What tells Home Assistant which sensors there are: one retained message an entity under
/// `<discovery prefix>/<component>/<node>/<object>/config`. Properties are its keys, in snake case.
/// Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
struct Discovery: Sendable {
  private struct Device: Encodable, Sendable {
    let identifiers: [String]
    let name: String
    let manufacturer = "Swiftlet"
    let swVersion: String?
  }

  private struct Entity: Encodable, Sendable {
    var name: String
    var uniqueId = ""
    var stateTopic: String
    var valueTemplate: String
    var jsonAttributesTopic: String?
    var unitOfMeasurement: String?
    var deviceClass: String?
    var stateClass: String?
    var entityCategory: String?
    var icon: String?
    var availabilityTopic = ""
    var device: Device?
  }

  /// Empty where the options switch it off.
  static func messages(_ options: MQTTOptions, _ topics: Topics) -> [Outbox.Message] {
    guard let prefix = options.discoveryPrefix else { return [] }
    let node = "swiftlet_" + options.identifier
    let device = Device(
      identifiers: [node], name: "Swiftlet " + options.identifier,
      swVersion: options.version.isEmpty ? nil : options.version)
    return entities(topics).compactMap { component, object, entity in
      var entity = entity
      entity.uniqueId = node + "_" + object
      entity.availabilityTopic = topics.availability
      entity.device = device
      return JSONText.of(entity).map {
        Outbox.Message(
          topic: "\(prefix)/\(component)/\(node)/\(object)/config", payload: $0, isRetained: true)
      }
    }
  }

  private static func entities(
    _ topics: Topics
  ) -> [(component: String, object: String, entity: Entity)] {
    [
      (
        "sensor", "label",
        Entity(
          name: "Label", stateTopic: topics.state, valueTemplate: "{{ value_json.label }}",
          jsonAttributesTopic: topics.state, icon: "mdi:eye")
      ),
      (
        "sensor", "probability",
        Entity(
          name: "Probability", stateTopic: topics.state,
          valueTemplate: "{{ (value_json.probability * 100) | round(1) }}",
          unitOfMeasurement: "%", stateClass: "measurement", icon: "mdi:percent")
      ),
      (
        "binary_sensor", "problem",
        Entity(
          name: "Camera", stateTopic: topics.problem, valueTemplate: "{{ value_json.problem }}",
          jsonAttributesTopic: topics.problem, deviceClass: "problem",
          entityCategory: "diagnostic")
      ),
      (
        "sensor", "latency",
        Entity(
          name: "Latency", stateTopic: topics.stats,
          valueTemplate: "{{ value_json.age_ms.p50 | round(1) }}", unitOfMeasurement: "ms",
          deviceClass: "duration", stateClass: "measurement", entityCategory: "diagnostic")
      ),
      (
        "sensor", "temperature",
        Entity(
          name: "Temperature", stateTopic: topics.stats,
          valueTemplate: "{{ value_json.temperature_celsius | default(None) }}",
          unitOfMeasurement: "°C", deviceClass: "temperature", stateClass: "measurement",
          entityCategory: "diagnostic")
      ),
    ]
  }
}
