// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("swiftlet watch with a model that tells unknown frames")
struct UnknownFrameTests {
  /// A model with class embeddings, and two JPEG pictures of which the first has the greater
  /// rejection score.
  private struct Scene {
    let model: String
    let known: String
    let unknown: String
    /// Between both scores.
    let threshold: Double

    init(in folder: String) throws {
      model = try Sample.write(LabelsTests.model.get(), folder, "model.swiftlet")
      try Self.setThreshold(0, of: model)
      let paths = ["grey", "colour-420", "colour-422"].map { "\(Sample.pictures)/\($0).jpg" }
      let lines = try CommandLineTool.run(["classify", "--model", model, "--json"] + paths)
        .objects()
      let scores = try lines.map { line in
        (
          path: try #require(line["path"] as? String),
          score: try #require(line["rejectionScore"] as? Double)
        )
      }.sorted { $0.score < $1.score }
      let (worst, best) = (try #require(scores.first), try #require(scores.last))
      try #require(worst.score < best.score)
      (known, unknown) = (best.path, worst.path)
      threshold = (worst.score + best.score) / 2
      try Self.setThreshold(threshold, of: model)
    }

    private static func setThreshold(_ value: Double, of model: String) throws {
      let outcome = try swiftlet("labels", model, "threshold", "\(value)", "--temperature", "0.05")
      try #require(outcome.code == 0, "\(outcome.errors)")
    }

    /// A folder with both, the known one first.
    func folder(in folder: String) throws -> String {
      let path = folder + "/pictures"
      if !FileManager.default.fileExists(atPath: path) {
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: known, toPath: path + "/1.jpg")
        try FileManager.default.copyItem(atPath: unknown, toPath: path + "/2.jpg")
      }
      return path
    }

    /// Pictures one behind the other, as a camera's stream.
    func stream(_ paths: [String]) throws -> Data {
      try paths.reduce(Data()) { try $0 + Data(contentsOf: URL(fileURLWithPath: $1)) }
    }
  }

  private func results(_ outcome: Outcome) throws -> [[String: Any]] {
    try outcome.objects().filter { $0["event"] as? String == "result" }
  }

  @Test("a frame of a stream below the threshold has no label, and is counted")
  func stream() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(in: folder)
      let outcome = try swiftlet(
        "watch", "-", "--every-frame", "--smooth", "0", "--threshold", "0", "--model", scene.model,
        "--metrics-file", folder + "/metrics", "--snapshot-dir", folder + "/kept",
        "--snapshot-interval", "0",
        input: try scene.stream([scene.unknown, scene.known, scene.unknown, scene.known]))
      #expect(outcome.code == 0, "\(outcome.errors)")
      let results = try results(outcome)
      #expect(results.map { $0["unknown"] as? Bool } == [true, false, true, false])
      #expect(results.map { $0["label"] is String } == [false, true, false, true])
      #expect(results.map { $0["class"] is Int } == [false, true, false, true])
      #expect(results.map { $0["changed"] as? Bool } == [true, true, true, true])
      for result in results {
        let score = try #require(result["rejection_score"] as? Double)
        #expect((score < scene.threshold) == (result["unknown"] as? Bool))
        #expect((result["top"] as? [Any])?.count == 2)
      }
      let statistics = try #require(
        try outcome.objects().last { $0["event"] as? String == "stats" })
      #expect(statistics["unknown"] as? Int == 2 && statistics["total_unknown"] as? Int == 2)
      let metrics = try String(contentsOfFile: folder + "/metrics", encoding: .utf8)
      #expect(metrics.contains("\nswiftlet_frames_unknown_total 2\n"))
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder + "/kept")
      #expect(kept.contains { $0.hasSuffix("-0.00-unknown.jpg") }, "\(kept)")
    }
  }

  @Test("pictures are named as classify names them")
  func pictures() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(in: folder)
      let watched = try results(
        try swiftlet("watch", scene.folder(in: folder), "--model", scene.model, "--stats", "0"))
      let named = try swiftlet(
        "classify", "--json", "--model", scene.model, scene.folder(in: folder)
      ).objects()
      #expect(watched.map { $0["unknown"] as? Bool } == [false, true])
      #expect(named.map { $0["unknown"] as? Bool } == [false, true])
      for (one, other) in zip(watched, named) {
        let score = try #require(one["rejection_score"] as? Double)
        #expect(abs(score - (other["rejectionScore"] as? Double ?? 2)) < 1e-6)
      }
    }
  }

  @Test("without a threshold events have none of it")
  func noThreshold() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(in: folder)
      #expect(try swiftlet("labels", scene.model, "threshold", "--clear").code == 0)
      let outcome = try swiftlet(
        "watch", "-", "--every-frame", "--threshold", "0", "--model", scene.model,
        "--metrics-file", folder + "/metrics",
        input: try scene.stream([scene.unknown, scene.known]))
      #expect(outcome.code == 0 && !outcome.output.contains("unknown"))
      #expect(!outcome.output.contains("rejection"))
      #expect(try results(outcome).allSatisfy { $0["label"] is String })
      let metrics = try String(contentsOfFile: folder + "/metrics", encoding: .utf8)
      #expect(!metrics.contains("unknown"))
    }
  }

  @Test("people read that a frame is unknown")
  func terminal() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(in: folder)
      guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else {
        return print("skipped: /usr/bin/script, which makes a terminal, is not there")
      }
      let command = """
        "\(CommandLineTool.path)" watch "\(try scene.folder(in: folder))" \
          --model "\(scene.model)" --threshold 0
        """
      let outcome = try CommandLineTool.run(
        ["-qec", command, "/dev/null"], executable: "/usr/bin/script")
      #expect(outcome.code == 0)
      let lines = outcome.output.split(whereSeparator: \.isNewline)
      #expect(lines.contains { $0.contains("/2.jpg: unknown (best: ") }, "\(lines)")
      #expect(!lines.contains { $0.contains("/1.jpg: unknown") }, "\(lines)")
      #expect(lines.contains { $0.contains("unknown 1,") }, "\(lines)")
    }
  }
}
