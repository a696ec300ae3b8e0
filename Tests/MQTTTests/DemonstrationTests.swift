// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import MQTT

/// Publishes numbered events for scripts/test-mqtt, until the file `stop` is in the folder that
/// SWIFTLET_MQTT_DEMONSTRATION names. There, `options` holds URL, pause in microseconds and CA file.
@Suite struct DemonstrationTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SWIFTLET_MQTT_DEMONSTRATION"] != nil))
  func `a publisher for the broker test`() async throws {
    let folder = try #require(ProcessInfo.processInfo.environment["SWIFTLET_MQTT_DEMONSTRATION"])
    let lines = try String(contentsOfFile: folder + "/options", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let log = try #require(fopen(folder + "/log", "a"))
    setvbuf(log, nil, _IOLBF, 0)
    nonisolated(unsafe) let file = log
    let publisher = MQTTPublisher(
      options: try MQTTOptions(
        url: lines[0], identifier: "demo",
        certificateAuthorityFile: lines.count > 2 ? lines[2] : nil),
      onFailure: { message in fputs("failure: \(message)\n", file) },
      onRecovery: { fputs("recovery\n", file) })
    try publisher.start()
    try "\(getpid())".write(toFile: folder + "/pid", atomically: true, encoding: .utf8)
    publisher.publish(kind: "source", line: #"{"event":"source"}"#)
    publisher.publish(kind: "stats", line: #"{"event":"stats","age_ms":{"p50":31.4}}"#)
    var number = 0
    while !FileManager.default.fileExists(atPath: folder + "/stop") {
      number += 1
      publisher.publish(kind: "result", line: #"{"event":"result","frame":\#(number)}"#)
      publisher.publishState(label: "cat \(number / 100)", probability: 0.75)
      if number % 100 == 0 { fputs("dropped: \(publisher.droppedEventCount)\n", file) }
      usleep(try #require(UInt32(lines[1])))
    }
    publisher.publish(kind: "end", line: #"{"event":"end","frame":\#(number)}"#)
    publisher.stop()
    fputs("stopped after \(number)\n", file)
  }
}
