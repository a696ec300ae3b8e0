// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("swiftlet watch")
struct WatchTests {
  /// Runs the command with a model of two classes.
  private func watch(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
    interruptAfter: Double? = nil
  ) throws -> Outcome {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      return try CommandLineTool.run(
        ["watch"] + arguments + ["--model", model, "--stats", "0"], input: input,
        environment: environment, interruptAfter: interruptAfter)
    }
  }

  private func events(_ outcome: Outcome, _ kind: String) throws -> [[String: Any]] {
    try outcome.objects().filter { $0["event"] as? String == kind }
  }

  /// Runs a shell command in which $0 is the program and $1 a model of two classes.
  private func shell(_ command: String) throws -> Outcome {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      return try CommandLineTool.run(
        ["-c", "cd '\(folder)'; " + command, CommandLineTool.path, model], executable: "/bin/sh")
    }
  }

  @Test("classifies every picture of a folder, as classify does")
  func folder() throws {
    let outcome = try watch([Sample.pictures])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let results = try events(outcome, "result")
    let faults = try events(outcome, "fault")
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let classified = try swiftlet("classify", "--json", "--model", model, Sample.pictures)
      let objects = try classified.objects()
      #expect(results.count == objects.count)
      for (result, object) in zip(results, objects) {
        #expect(result["path"] as? String == object["path"] as? String)
        let top = try #require((result["top"] as? [[String: Any]])?.first)
        let best = try #require((object["predictions"] as? [[String: Any]])?.first)
        #expect(top["label"] as? String == best["label"] as? String)
      }
    }
    #expect(faults.allSatisfy { $0["fault"] as? String == "picture-failed" })
    #expect(try outcome.objects().first?["event"] as? String == "start")
    #expect(try events(outcome, "end").first?["reason"] as? String == "end-of-input")
  }

  @Test("says which picture is broken, and goes on")
  func brokenPicture() throws {
    try withTemporaryFolder { folder in
      try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder + "/a.jpg"))
      try FileManager.default.copyItem(atPath: Sample.picture, toPath: folder + "/b.png")
      let outcome = try watch([folder])
      #expect(outcome.code == 0)
      let fault = try #require(try events(outcome, "fault").first)
      #expect(fault["fault"] as? String == "picture-failed")
      #expect((fault["device"] as? String)?.hasSuffix("a.jpg") == true)
      #expect(try events(outcome, "result").count == 1)
      #expect(try watch([folder, "--exit-on-error"]).code == 1)
    }
  }

  @Test("reads JPEG pictures from standard input")
  func jpegStream() throws {
    let picture = try Data(contentsOf: URL(fileURLWithPath: Sample.pictures + "/grey.jpg"))
    let outcome = try watch(["-", "--every-frame"], input: picture + picture + picture)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try events(outcome, "result").count == 3)
    #expect(try events(outcome, "source").first?["format"] as? String == "MJPG")
  }

  @Test("a damaged JPEG picture in a stream is reported, and the next one classified")
  func damagedStream() throws {
    let picture = try Data(contentsOf: URL(fileURLWithPath: Sample.pictures + "/grey.jpg"))
    let damaged = Data([0xFF, 0xD8, 0xFF, 0xDB, 0, 2, 1, 0xFF, 0xD9])
    let outcome = try watch(["-", "--every-frame"], input: picture + damaged + picture)
    #expect(try events(outcome, "result").count == 2)
    #expect(try events(outcome, "fault").map { $0["fault"] as? String } == ["frame-damaged"])
  }

  @Test("raw frames need a format and a size, and a stream of neither is refused")
  func rawStream() throws {
    let frame = Data(repeating: 90, count: 16 * 8 * 2)
    let outcome = try watch(
      ["-", "--every-frame", "--format", "YUYV", "--size", "16x8"], input: frame + frame)
    #expect(try events(outcome, "result").count == 2)
    #expect(try watch(["-", "--format", "YUYV"], input: frame).code == 64)
    #expect(try watch(["-", "--size", "16x8"], input: frame).code == 64)
    #expect(try watch(["-", "--format", "ABCD", "--size", "1x1"], input: frame).code == 64)
    let unknown = try watch(["-"], input: frame)
    #expect(try events(unknown, "fault").first?["fault"] as? String == "camera-unsupported")
  }

  @Test("waits for a camera that is not there, until it is interrupted")
  func absentCamera() throws {
    let outcome = try watch(["no such camera"], interruptAfter: 1)
    #expect(outcome.code == 0 && !outcome.isSignal)
    let faults = try events(outcome, "fault")
    #expect(faults.count == 1)
    #expect(faults.first?["fault"] as? String == "camera-absent")
    #expect(try events(outcome, "end").first?["reason"] as? String == "signal")
    let ended = try watch(["no such camera", "--exit-on-error"])
    #expect(ended.code == 1)
  }

  @Test("a full disk under the log is one fault, and standard output goes on")
  func fullDisk() throws {
    let outcome = try watch([Sample.picture, "--log", "/dev/full"])
    #expect(outcome.code == 0)
    #expect(try events(outcome, "fault").map { $0["fault"] as? String } == ["log-failed"])
    #expect(try events(outcome, "result").count == 1)
  }

  @Test("the log gets what standard output gets, also when that has no reader")
  func goneReader() throws {
    let outcome = try shell(
      """
      for i in 1 2 3 4 5 6 7 8 9; do cat '\(Sample.pictures)/grey.jpg'; sleep 0.05; done |
        "$0" watch - --every-frame --model "$1" --stats 0 --log log | head -n 2
      grep -c '"event":"result"' log; grep -c sink-failed log
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 4, "\(outcome.output)")
    #expect(lines.last == "1" && lines.dropLast().last == "9")
  }

  @Test("writes only changes where that is asked for")
  func onChange() throws {
    let picture = try Data(contentsOf: URL(fileURLWithPath: Sample.pictures + "/grey.jpg"))
    let outcome = try watch(
      ["-", "--every-frame", "--on-change"], input: picture + picture + picture)
    #expect(try events(outcome, "result").count == 1)
    #expect(try events(outcome, "end").first?["frames"] as? Int == 3)
  }

  @Test("keeps pictures of uncertain frames within a limit, and metrics in a file")
  func snapshotsAndMetrics() throws {
    let picture = try Data(contentsOf: URL(fileURLWithPath: Sample.pictures + "/grey.jpg"))
    try withTemporaryFolder { folder in
      let outcome = try watch(
        [
          "-", "--every-frame", "--snapshot-dir", folder + "/kept", "--snapshot-below", "1",
          "--snapshot-interval", "0", "--metrics-file", folder + "/metrics",
        ], input: picture + picture)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder + "/kept")
      #expect(!kept.isEmpty && kept.allSatisfy { $0.hasSuffix(".jpg") }, "\(kept)")
      for name in kept {
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/kept/\(name)")) == picture)
      }
      let metrics = try String(contentsOfFile: folder + "/metrics", encoding: .utf8)
      #expect(metrics.contains("swiftlet_frames_total"))
    }
  }

  @Test(
    "refuses what cannot be meant",
    arguments: [
      ["--threshold", "2"], ["--leave-threshold", "0.9"], ["--smooth", "-1"],
      ["--consecutive", "0"],
      ["--region", "1,2,3"], ["--max-rate", "0"], ["--size", "640"], ["--format", "YUY"],
      ["--control", "brightness"], ["--freeze-timeout", "0"], ["--top", "65"], ["--stats", "-1"],
      ["--serve", "0.0.0.0:0"], ["--serve", "nonsense"],
    ])
  func usage(_ arguments: [String]) throws {
    let outcome = try CommandLineTool.run(["watch", "-"] + arguments)
    #expect(outcome.code == 64, "\(arguments): \(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
  }

  @Test("a label that the model does not have is refused, with those that are like it")
  func unknownLabel() throws {
    let outcome = try watch([Sample.picture, "--allow", "ca"])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("did you mean 'cat'?"))
    #expect(try watch([Sample.picture, "--allow", "CAT"]).code == 0)
    #expect(try watch(["/no/such/file"]).code == 2)
  }

  /// Two hundred thousand frames: memory and descriptors stay what they are after the first ones.
  @Test("neither memory nor descriptors grow")
  func soak() throws {
    let outcome = try shell(
      """
      head -c 1228800000 /dev/zero |
        "$0" watch - --every-frame --format YUYV --size 64x48 --model "$1" --stats 0.02 --log log \
          --smooth 0 --on-change > /dev/null &
      sleep 0.5; ls /proc/$!/fd | wc -l; wait $!; grep '"event":"stats"' log
      """)
    let lines = outcome.output.split(separator: "\n")
    let statistics = try lines.dropFirst().map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let last = try #require(statistics.last)
    #expect(last["total_frames"] as? Int == 200_000)
    let early = try #require(
      statistics.first { ($0["total_frames"] as? Int).map { $0 >= 1000 } == true })
    #expect((early["total_frames"] as? Int).map { $0 < 100_000 } == true)
    let before = try #require(early["resident_bytes"] as? Int)
    let after = try #require(last["resident_bytes"] as? Int)
    #expect(after - before < 1 << 20, "\(before) to \(after) bytes")
    let descriptors = try #require(
      lines.first.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) })
    #expect(descriptors < 12, "\(descriptors)")
  }
}
