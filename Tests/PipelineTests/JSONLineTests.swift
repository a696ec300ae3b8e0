// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Pipeline

@Suite("Events as JSON Lines")
struct JSONLineTests {
  private func object(_ build: (inout JSONLine) -> Void) throws -> [String: Any] {
    var line = JSONLine()
    line.begin()
    build(&line)
    line.end()
    let value = try JSONSerialization.jsonObject(with: Data(line.bytes))
    return try #require(value as? [String: Any])
  }

  @Test func textIsEscaped() throws {
    let text = "quote \" backslash \\ newline \n bell \u{7} delete \u{7F} grüße 猫"
    #expect(try object { $0.add("text", text) }["text"] as? String == text)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1.5, "1.5"), (-1.5, "-1.5"), (0.0004, "0"), (-0.0004, "0"),
    (0.0005, "0.001"), (12.3456, "12.346"), (99.9999, "100"), (0.01, "0.01"),
    (1e11, "100000000000"),
    (.infinity, "null"), (.nan, "null"), (1e13, "null"),
  ])
  func numbersAreRounded(_ value: Double, _ text: String) {
    var line = JSONLine()
    line.begin()
    line.add("x", value, digits: 3)
    line.end()
    #expect(String(decoding: line.bytes, as: UTF8.self) == "{\"x\":\(text)}")
  }

  @Test(
    arguments: [
      (0, "0000000000000000"), (0xFEDC_BA98_7654_3210, "fedcba9876543210"),
      (.max, "ffffffffffffffff"),
    ] as [(UInt64, String)])
  func digestsAreSixteenDigits(_ value: UInt64, _ text: String) throws {
    #expect(try object { $0.add("digest", hexadecimal: value) }["digest"] as? String == text)
  }

  @Test func integersKeepAllDigits() throws {
    for value in [0, 9, 10, -1, Int.max, Int.min] {
      var line = JSONLine()
      line.begin()
      line.add("x", value)
      line.end()
      #expect(String(decoding: line.bytes, as: UTF8.self) == "{\"x\":\(value)}")
    }
  }

  @Test func timesAgreeWithFoundation() throws {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    // Leap days, ends of years and centuries, before 1970, and 2038.
    let seconds: [Int64] = [
      0, 951_782_399, 951_782_400, 1_709_164_800, 1_709_251_199, 2_147_483_648, 4_107_542_400,
      -1, -86_400, 1_764_061_260, 1_735_689_599,
    ]
    for second in seconds {
      let line = try object { $0.addTime("t", nanosecondsSince1970: second * 1_000_000_000) }
      let text = try #require(line["t"] as? String)
      #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(second))))
    }
    let line = try object { $0.addTime("t", nanosecondsSince1970: 1_234_567_890_987_654_321) }
    #expect(line["t"] as? String == "2009-02-13T23:31:30.987Z")
  }

  @Test func onlyModelsWithAThresholdSayWhatIsUnknown() throws {
    func written(_ event: WatchEvent) throws -> [String: Any] {
      var line = JSONLine()
      line.write(event, nanosecondsSince1970: 0)
      return try #require(
        try JSONSerialization.jsonObject(with: Data(line.bytes)) as? [String: Any])
    }
    var (result, statistics) = (WatchResult(), WatchStatistics())
    for event in [WatchEvent.result(result), .stats(statistics)] {
      let keys = try written(event).keys
      #expect(!keys.contains { $0.contains("unknown") || $0.contains("rejection") })
    }
    result.rejectionScore = 0.1234567
    result.isUnknown = true
    (statistics.unknown, statistics.totalUnknown) = (3, 5)
    let object = try written(.result(result))
    #expect(object["unknown"] as? Bool == true && object["rejection_score"] as? Double == 0.123457)
    let sums = try written(.stats(statistics))
    #expect(sums["unknown"] as? Int == 3 && sums["total_unknown"] as? Int == 5)
  }

  @Test func everyEventHasSchemaKindAndTime() throws {
    let source = SourceDescription(
      device: "/dev/video0", name: "Camera", format: "YUYV", width: 640, height: 480, rate: 29.97)
    let events: [WatchEvent] = [
      .start(
        WatchStart(
          version: "1", model: "m", classes: 3, source: "-", instructionSet: "avx2", threads: 1)),
      .source(source, recoveredFrom: nil, downSeconds: 0),
      .source(source, recoveredFrom: .cameraGone, downSeconds: 1.5),
      .result(WatchResult()), .fault(Fault(.logFailed, message: "m", device: "d", errno: 28)),
      .recovered(Recovery(kind: .frameDamaged, downSeconds: 1, count: 2)),
      .stats(WatchStatistics()), .end(.signal, frames: 1, uptimeSeconds: 2),
    ]
    for event in events {
      var line = JSONLine()
      line.write(event, nanosecondsSince1970: 0)
      let value = try JSONSerialization.jsonObject(with: Data(line.bytes))
      let object = try #require(value as? [String: Any])
      #expect(object["schema"] as? Int == 1)
      #expect(object["event"] as? String == event.kind)
      #expect(object["time"] as? String == "1970-01-01T00:00:00.000Z")
    }
  }

  @Test func aResultWithoutALabelSaysNull() throws {
    var line = JSONLine()
    line.write(.result(WatchResult()), nanosecondsSince1970: 0)
    let text = String(decoding: line.bytes, as: UTF8.self)
    #expect(text.contains("\"label\":null,\"class\":null"))
    #expect(!text.contains("path"))
  }
}
