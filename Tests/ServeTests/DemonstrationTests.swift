// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Serve

/// Serves invented events for scripts/test-serve, until the file at SWIFTLET_SERVE_DEMONSTRATION
/// is gone. Its first line is the address, its second the picture's path.
extension ServeTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SWIFTLET_SERVE_DEMONSTRATION"] != nil))
  func `a page for the browser test`() async throws {
    let path = try #require(ProcessInfo.processInfo.environment["SWIFTLET_SERVE_DEMONSTRATION"])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let picture = [UInt8](try Data(contentsOf: URL(fileURLWithPath: String(lines[1]))))
    let server = WatchServer(
      options: try ServeOptions(address: String(lines[0])),
      sources: ServeSources(
        snapshot: { picture }, metrics: { "swiftlet_frames_total 1\n" },
        health: { (true, "streaming") }))
    try server.start()
    var events = InventedEvents()
    for line in events.beginning { server.publish(line) }
    while FileManager.default.fileExists(atPath: path) {
      server.publish(events.result())
      if events.frame % 50 == 0 { server.publish(events.stats()) }
      if let lines = try? String(contentsOfFile: path + ".event", encoding: .utf8) {
        for line in lines.split(separator: "\n") { server.publish(String(line)) }
        try? FileManager.default.removeItem(atPath: path + ".event")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    server.publish(#"{"schema":1,"event":"end","reason":"signal"}"#)
    server.stop()
  }
}

/// What a camera that looks at a cat could report.
private struct InventedEvents {
  private(set) var frame = 0

  let beginning = [
    #"{"schema":1,"event":"start","version":"0.1.0","model":"efficientnet-lite0","classes":1000,"#
      + #""source":"usb","instruction_set":"AVX2","threads":2}"#,
    #"{"schema":1,"event":"source","state":"streaming","device":"/dev/video0","#
      + #""name":"Kitchen camera","format":"MJPG","width":640,"height":480,"rate":30}"#,
  ]

  mutating func result() -> String {
    frame += 1
    let time = Double(frame) / 20
    let names = ["tabby", "tiger cat", "Egyptian cat", "lynx", "window screen"]
    let first = 0.72 + 0.12 * sin(time / 3) + 0.04 * sin(time * 2.1)
    let shares = [1, 0.55 + 0.2 * sin(time / 2), 0.2, 0.1, 0.05]
    let top = names.indices.map { index in
      let share = index == 0 ? first : (1 - first) * shares[index] * 0.7
      return #"{"label":"\#(names[index])","class":\#(index),"probability":\#(share)}"#
    }
    return #"{"schema":1,"event":"result","frame":\#(frame),"label":"\#(names[0])","class":0,"#
      + #""probability":\#(first),"changed":false,"top":[\#(top.joined(separator: ","))],"#
      + #""age_ms":31.4,"prepare_ms":2.3,"network_ms":\#(6.1 + sin(time)),"dropped":\#(frame / 9)}"#
  }

  func stats() -> String {
    #"{"schema":1,"event":"stats","seconds":10,"frames":300,"rate":20,"cpu_percent":38.2,"#
      + #""resident_bytes":31457280,"temperature_celsius":51.3,"uptime_seconds":\#(frame / 20),"#
      + #""faults":0}"#
  }
}
