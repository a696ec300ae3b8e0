// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where `MQTTPublisher` publishes, and under which names.
package struct MQTTOptions: Sendable {
  package let broker: BrokerAddress
  /// Part of topics and of Home Assistant's identifiers: letters, digits, `-` and `_`.
  package let identifier: String
  package let topicPrefix: String
  /// Where Home Assistant looks for devices; nil: it is told nothing.
  package let discoveryPrefix: String?
  /// 0, 1 or 2, for events. What is retained has at least 1.
  package let qualityOfService: Int32
  /// PEM file of whom to trust with `mqtts`; nil: whom the system trusts.
  package let certificateAuthorityFile: String?
  /// The program's version, for Home Assistant.
  package let version: String

  /// - Parameters:
  ///   - identifier: nil: the host's name. Other characters become `_`.
  ///   - topicPrefix: nil: `swiftlet/` and the identifier.
  ///   - password: instead of the one in `url`, which the system's list of processes shows.
  package init(
    url: String, identifier: String? = nil, topicPrefix: String? = nil,
    discoveryPrefix: String? = "homeassistant", qualityOfService: Int = 1,
    certificateAuthorityFile: String? = nil, password: String? = nil, version: String = ""
  ) throws(MQTTError) {
    var broker = try BrokerAddress(url)
    if let password { broker.password = password }
    guard broker.password == nil || broker.user != nil else {
      throw MQTTError("a password for the broker needs a user: mqtt://USER@\(broker.host)")
    }
    guard (0...2).contains(qualityOfService) else {
      throw MQTTError("the quality of service is 0, 1 or 2, not \(qualityOfService)")
    }
    guard certificateAuthorityFile == nil || broker.usesTLS else {
      throw MQTTError("a CA file is for mqtts:// addresses; this one is \(broker)")
    }
    self.broker = broker
    self.identifier = Self.sanitized(identifier ?? Self.hostName())
    self.topicPrefix = try Self.checked(topicPrefix ?? "swiftlet/" + self.identifier)
    self.discoveryPrefix = try discoveryPrefix.map(Self.checked)
    self.qualityOfService = Int32(qualityOfService)
    self.certificateAuthorityFile = certificateAuthorityFile
    self.version = version
  }

  private static func sanitized(_ name: String) -> String {
    let letters = name.unicodeScalars.prefix(64).map { scalar in
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || scalar == "-" ? Character(scalar) : "_"
    }
    return letters.isEmpty ? "board" : String(letters)
  }

  /// MQTT 3.1.1, section 4.7: a topic to publish to has no wildcards; `$` is the broker's.
  private static func checked(_ prefix: String) throws(MQTTError) -> String {
    let isSound = prefix.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "+" && $0 != "#" }
    guard isSound, !prefix.isEmpty, prefix.utf8.count <= 256, !prefix.hasPrefix("$"),
      !prefix.hasPrefix("/"), !prefix.hasSuffix("/")
    else {
      throw MQTTError(
        "'\(prefix)' is no topic prefix; use words with '/' between them, without '+', '#' and '$'")
    }
    return prefix
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "board" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
