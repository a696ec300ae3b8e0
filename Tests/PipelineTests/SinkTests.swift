// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Pipeline

@Suite("Sinks")
struct SinkTests {
  private let event = WatchEvent.end(.signal, frames: 1, uptimeSeconds: 2)

  /// A pipe's two ends.
  private func makePipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  private func kinds(_ events: [WatchEvent]) -> [String] {
    events.map { event in
      switch event {
      case .fault(let fault): fault.kind.name
      case .recovered(let recovery): "recovered \(recovery.count)"
      default: event.kind
      }
    }
  }

  @Test func aLogGetsWholeLines() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/log"
      for _ in 0..<2 {
        var list = SinkList([LogSink(path: path)])
        #expect(list.write(event).isEmpty)
      }
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.allSatisfy { $0.hasPrefix("{\"schema\":1") && $0.hasSuffix("}") })
    }
  }

  @Test func aFullDiskIsOneFaultAndTheOtherSinksGoOn() {
    let record = RecordingSink()
    var list = SinkList([LogSink(path: "/dev/full"), record.sink])
    #expect(kinds(list.write(event)) == ["log-failed"])
    #expect(list.write(event).isEmpty)
    #expect(record.events.count == 2)
    #expect(!list.areAllGone)
  }

  @Test func aLogComesBackAndSaysHowMuchIsLost() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/missing/log"
      var list = SinkList([LogSink(path: path)])
      #expect(kinds(list.write(event)) == ["log-failed"])
      #expect(list.write(event).isEmpty)
      try FileManager.default.createDirectory(
        atPath: folder + "/missing", withIntermediateDirectories: false)
      #expect(list.write(event).isEmpty, "it tries again after a while only")
      usleep(550_000)
      #expect(kinds(list.write(event)) == ["recovered 3"])
    }
  }

  @Test func aLogThatWasMovedIsOpenedAgain() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/log"
      var list = SinkList([LogSink(path: path)])
      _ = list.write(event)
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      list.reopen()
      _ = list.write(event)
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func theOldestSnapshotsGoFirstAndOtherFilesStay() throws {
    try withTemporaryFolder { folder in
      func write(_ name: String, _ byteCount: Int) throws {
        try Data(count: byteCount).write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      let names = (1...4).map { "swiftlet-20260101T00000\($0).000Z-0.40-cat.jpg" }
      for name in names.reversed() { try write(name, 100) }
      try write("holiday.jpg", 5000)
      var files = SnapshotFiles(folder: folder)
      #expect(files.byteCount == 400)
      files.makeRoom(for: 150, limit: 400)
      #expect(files.byteCount == 200)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == ["holiday.jpg", names[2], names[3]])
    }
  }

  @Test func aReaderThatIsGoneIsFinal() throws {
    signal(SIGPIPE, SIG_IGN)
    let ends = try makePipe()
    close(ends.read)
    var list = SinkList([LineSink(ends.write, name: "pipe", patienceMilliseconds: 0)])
    #expect(kinds(list.write(event)) == ["sink-failed"])
    #expect(list.areAllGone)
    close(ends.write)
  }

  /// A reader that does not read loses lines, whole ones, and hears of it.
  /// Lines longer than a page are written in pieces.
  @Test(arguments: [10, 10_000])
  func aSlowReaderLosesWholeLines(_ messageCount: Int) throws {
    let event = WatchEvent.fault(
      Fault(.cameraGone, message: String(repeating: "m", count: messageCount), device: "d"))
    let ends = try makePipe()
    var list = SinkList([LineSink(ends.write, name: "pipe", patienceMilliseconds: 0)])
    var news: [WatchEvent] = []
    for _ in 0..<2000 { news += list.write(event) }
    #expect(kinds(news) == ["sink-failed"])
    // What lies in the pipe, and, once there is room, the end of the line that was begun.
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 17)
    let first = read(ends.read, &buffer, buffer.count)
    text += buffer[..<first]
    #expect(kinds(list.write(event)).first?.hasPrefix("recovered") == true)
    close(ends.write)
    let rest = read(ends.read, &buffer, buffer.count)
    text += buffer[..<rest]
    close(ends.read)
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.count > 5)
    // A line that lost its end runs on into the next one, which is no JSON.
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }
}
