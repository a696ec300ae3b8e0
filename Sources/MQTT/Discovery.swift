// SPDX-License-Identifier: Apache-2.0

/// What tells Home Assistant which sensors there are: one retained message an entity under
/// `<discovery prefix>/<component>/<node>/<object>/config`.
/// Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
struct Discovery: Sendable {
  private struct Device: Encodable, Sendable {
    let identifiers: [String]
    let name: String
    let manufacturer = "Swiftlet"
    let sw_version: String?
  }

  private struct Entity: Encodable, Sendable {
    var name: String
    var unique_id = ""
    var state_topic: String
    var value_template: String
    var json_attributes_topic: String?
    var unit_of_measurement: String?
    var device_class: String?
    var state_class: String?
    var entity_category: String?
    var icon: String?
    var availability_topic = ""
    var device: Device?
  }

  /// Empty where the options switch it off.
  static func messages(_ options: MQTTOptions, _ topics: Topics) -> [Outbox.Message] {
    guard let prefix = options.discoveryPrefix else { return [] }
    let node = "swiftlet_" + options.identifier
    let device = Device(
      identifiers: [node], name: "Swiftlet " + options.identifier,
      sw_version: options.version.isEmpty ? nil : options.version)
    return entities(topics).compactMap { component, object, entity in
      var entity = entity
      entity.unique_id = node + "_" + object
      entity.availability_topic = topics.availability
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
          name: "Label", state_topic: topics.state, value_template: "{{ value_json.label }}",
          json_attributes_topic: topics.state, icon: "mdi:eye")
      ),
      (
        "sensor", "probability",
        Entity(
          name: "Probability", state_topic: topics.state,
          value_template: "{{ (value_json.probability * 100) | round(1) }}",
          unit_of_measurement: "%", state_class: "measurement", icon: "mdi:percent")
      ),
      (
        "binary_sensor", "problem",
        Entity(
          name: "Camera", state_topic: topics.problem, value_template: "{{ value_json.problem }}",
          json_attributes_topic: topics.problem, device_class: "problem",
          entity_category: "diagnostic")
      ),
      (
        "sensor", "latency",
        Entity(
          name: "Latency", state_topic: topics.stats,
          value_template: "{{ value_json.age_ms.p50 | round(1) }}", unit_of_measurement: "ms",
          device_class: "duration", state_class: "measurement", entity_category: "diagnostic")
      ),
      (
        "sensor", "temperature",
        Entity(
          name: "Temperature", state_topic: topics.stats,
          value_template: "{{ value_json.temperature_celsius | default(None) }}",
          unit_of_measurement: "°C", device_class: "temperature", state_class: "measurement",
          entity_category: "diagnostic")
      ),
    ]
  }
}
