// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import MQTT
import Runtime
import Serve

/// Who may look on.
struct WatchNetworkArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Serve a page with the live picture, /events, /metrics, /snapshot.jpg and /healthz.",
      valueName: "address:port"))
  var serve: String?

  @Option(
    help: ArgumentHelp(
      "Ask for this token; needed for an address that is not loopback. Also SWIFTLET_TOKEN.",
      valueName: "token"))
  var token: String?

  @Option(
    help: ArgumentHelp(
      "Publish to an MQTT broker: mqtt://[user@]host[:port] or mqtts://. The password also from "
        + "SWIFTLET_MQTT_PASSWORD.",
      valueName: "url"))
  var mqtt: String?

  @Option(
    help: ArgumentHelp("This device's name in topics; by default the host's.", valueName: "name"))
  var mqttName: String?

  @Option(
    help: ArgumentHelp(
      "Prefix of topics; by default swiftlet/ and the device's name.", valueName: "topic"))
  var mqttTopic: String?

  @Option(
    help: ArgumentHelp(
      "Home Assistant's discovery prefix; empty: it is told nothing.", valueName: "topic"))
  var mqttDiscovery = "homeassistant"

  @Option(help: ArgumentHelp("PEM file of whom to trust with mqtts.", valueName: "file"))
  var mqttCa: String?

  func serveOptions() throws -> ServeOptions? {
    guard let serve else { return nil }
    do {
      return try ServeOptions(address: serve, token: token ?? environment("SWIFTLET_TOKEN"))
    } catch {
      throw Failure("--serve: \(error.description)", code: Failure.usage)
    }
  }

  func mqttOptions() throws -> MQTTOptions? {
    guard let mqtt else { return nil }
    guard MQTTPublisher.isAvailable else {
      throw Failure(
        "--mqtt: this program was built without MQTT; install libmosquitto-dev and build it with "
          + "'swift build -c release --traits MQTT'", code: Failure.failed)
    }
    do {
      return try MQTTOptions(
        url: mqtt, identifier: mqttName, topicPrefix: mqttTopic,
        discoveryPrefix: mqttDiscovery.isEmpty ? nil : mqttDiscovery,
        certificateAuthorityFile: mqttCa, password: environment("SWIFTLET_MQTT_PASSWORD"),
        version: SwiftletVersion.current)
    } catch {
      throw Failure("--mqtt: \(error.description)", code: Failure.usage)
    }
  }
}
