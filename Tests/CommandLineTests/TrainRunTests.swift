// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TinyData

@Suite("swiftlet-train run, align, distill, predict")
struct TrainRunTests {
  @Test("run goes from nothing to an int8 model that classify reads")
  func wholeRun() throws {
    try withTrainTool { tool in
      let outcome = try tool.train("run", "out", ["--json"])
      #expect(outcome.code == 0, "\(outcome.errors)")
      let names = ["student.onnx", "student.swiftlet", "curve.svg", "run.json"]
      for name in names { #expect(try !tool.bytes("out/" + name).isEmpty) }
      let report = try tool.object("out/run.json")
      #expect(report["sources"] as? [String] == ["art", "photo"])
      #expect(report["targets"] as? [String] == ["sketch"])
      #expect(report["classes"] as? [String] == TinyData.labels)
      let stages = try #require(report["stages"] as? [[String: Any]])
      #expect(stages.map { $0["stage"] as? String } == ["align", "distill"])
      let rows = try #require(report["accuracy"] as? [[String: Any]])
      #expect(rows.map { $0["domain"] as? String } == ["art", "photo", "sketch"])
      #expect(rows.map { $0["pictures"] as? Int } == [2, 2, 12])
      #expect(rows.allSatisfy { $0["teacher"] as? Double == 100 && $0["int8"] is Double })
      #expect(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? NSDictionary
          == report as NSDictionary)
      let curve = String(decoding: try tool.bytes("out/curve.svg"), as: UTF8.self)
      #expect(curve.contains("<svg ") && curve.contains("distill"))

      let picture = tool.data.pictures + "/sketch/dog/1.png"
      let classified = try swiftlet(
        "classify", "--model", tool.path("out/student.swiftlet"), "--json", picture)
      #expect(classified.code == 0, "\(classified.errors)")
      #expect(TinyData.labels.contains { classified.output.contains("\"\($0)\"") })
      // Done is done: nothing is trained again, and the report is whole.
      let log = tool.logLines("out", "\"evaluation\"")
      let again = try tool.train("run", "out", ["--no-quantize"])
      #expect(again.code == 0 && again.errors.contains("is done already"))
      #expect(tool.logLines("out", "\"evaluation\"") == log)
      #expect((try tool.object("out/run.json")["stages"] as? [Any])?.count == 2)
    }
  }

  @Test("align, distill and predict give the student of run")
  func stagesAlone() throws {
    try withTrainTool { tool in
      #expect(try tool.train("run", "whole", ["--no-quantize"]).code == 0)
      for command in ["align", "distill", "predict"] {
        let outcome = try tool.train(command, "parts")
        #expect(outcome.code == 0, "\(command): \(outcome.errors)")
      }
      for name in ["student.safetensors", "student.onnx"] {
        #expect(try tool.bytes("whole/" + name) == tool.bytes("parts/" + name))
      }
      #expect(try tool.accuracies("whole") == tool.accuracies("parts"))
      #expect((try tool.object("parts/run.json")["stages"] as? [Any])?.count == 2)
      // What was made of other pictures is not tested on those that trained it.
      let mixed = try tool.train(
        "predict", "parts", ["--target", "art", "--source", "photo,sketch"])
      #expect(mixed.code == 2 && mixed.errors.contains("sources 'art,photo'"), "\(mixed.errors)")
      let early = try tool.train("distill", "nowhere")
      #expect(early.code == 2 && early.errors.contains("'swiftlet-train align'"))
    }
  }

  /// So many steps that there is time to interrupt them.
  private static let long = [
    "--align-steps", "60", "--distill-steps", "300", "--evaluation-steps", "10", "--no-quantize",
  ]

  @Test("Ctrl-C in a stage, then the same command: the same bits", arguments: ["align", "distill"])
  func interruption(stage: String) throws {
    try withTrainTool { tool in
      #expect(try tool.train("run", "whole", Self.long).code == 0)
      var second: Outcome?
      let stopped = try tool.train("run", "out", Self.long) { process in
        guard tool.logLines("out", "\"\(stage)\"") > 2 else { return false }
        // There is somebody at work, who waits meanwhile: nobody else may be.
        kill(process, SIGSTOP)
        second = try tool.train("run", "out", Self.long)
        kill(process, SIGCONT)
        return true
      }
      #expect(stopped.code == 130 && !stopped.isSignal, "\(stopped.errors)")
      #expect(stopped.errors.contains("the same command goes on from"))
      #expect(second?.code == 2 && second?.errors.contains("another process trains") == true)
      let other = try tool.train("run", "out", Self.long + ["--lambda", "0.4"])
      #expect(other.code == 2 && other.errors.contains("--restart"), "\(other.errors)")
      let other2 = try tool.train(
        "run", "out", Self.long + ["--preprocessing", "efficientnet-lite"])
      #expect(other2.code == 2 && other2.errors.contains("preprocessing"), "\(other2.errors)")
      let resumed = try tool.train("run", "out", Self.long)
      #expect(resumed.code == 0 && resumed.errors.contains("going on from stage"))
      #expect(try tool.bytes("out/student.safetensors") == tool.bytes("whole/student.safetensors"))
      #expect(try tool.bytes("out/curve.svg") == tool.bytes("whole/curve.svg"))
      #expect((try tool.object("out/run.json")["stages"] as? [Any])?.count == 2)
    }
  }

  @Test("A damaged checkpoint is said, and --restart begins anew")
  func damage() throws {
    try withTrainTool { tool in
      #expect(try tool.train("align", "out").code == 0)
      let expected = try tool.bytes("out/aligned.safetensors")
      for name in ["align.checkpoint", "align.checkpoint.previous"] {
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: tool.path("out/" + name)))
      }
      let refused = try tool.train("align", "out")
      #expect(refused.code == 2 && refused.errors.contains("--restart"), "\(refused.errors)")
      #expect(try tool.train("align", "out", ["--restart"]).code == 0)
      #expect(try tool.bytes("out/aligned.safetensors") == expected)
    }
  }

  // MARK: - Errors

  @Test(
    "Wrong options are usage errors that name them",
    arguments: [
      ["--lambda", "2"], ["--align-steps", "0"], ["--batch", "0"], ["--views", "65"],
      ["--crop-scale", "0"], ["--hue", "0.6"], ["--contrast", "-1"], ["--threads", "0"],
      ["--cache", "-1"],
      ["--checkpoint-minutes", "0"], ["--optimizer", "lion"], ["--method", "magic"],
      ["--source", "sketch"], ["--target", "a,a"], ["--calibration-pictures", "0"],
      ["--method", "teacher"], ["--preprocessing", "mine"], ["--weight-decay", "nan"],
    ])
  func wrongOptions(_ options: [String]) throws {
    let outcome = try CommandLineTool.run(
      [
        "run", "--bank", "/no", "--data", "/no", "--student", "/no", "--output", "/no/no",
        "--target", "sketch",
      ] + options, executable: CommandLineTool.path(of: "swiftlet-train"))
    #expect(outcome.code == 64, "\(outcome.errors)")
    #expect(outcome.errors.contains(options[0]) || outcome.errors.contains("--source"))
  }

  @Test("Pictures that are not the bank's end the run and say what to do")
  func otherPictures() throws {
    try withTrainTool { tool in
      let path = "photo/cat/2.png"
      try TinyData.writePNG(
        [UInt8](repeating: 9, count: 48), width: 4, height: 4, to: tool.data.pictures + "/" + path)
      let outcome = try tool.train("align", "out")
      #expect(outcome.code == 2 && outcome.errors.contains(path), "\(outcome.errors)")
      #expect(outcome.errors.contains("bank verify"))
    }
  }

  @Test("Banks, folders and students that cannot be used end the run and say what to do")
  func badData() throws {
    try withTrainTool { tool in
      func check(
        _ words: [String], _ more: [String], code: Int32 = 2, line: Int = #line
      ) throws {
        let outcome = try tool.train("align", "out", more)
        #expect(outcome.code == code, "line \(line): \(outcome.errors)")
        for word in words {
          #expect(outcome.errors.contains(word), "line \(line): \(outcome.errors)")
        }
      }
      func bank(_ change: (inout TinyData.Bank) -> Void) throws -> [String] {
        var bank = tool.data.bank
        change(&bank)
        try bank.write(to: tool.path("other.safetensors"))
        return ["--bank", tool.path("other.safetensors")]
      }
      try check(
        ["art/cat/1.png", "make the bank again"], bank { $0.images[7] = .nan })
      try check(
        ["'art' has 1 of 12", "two or more"],
        bank { bank in
          bank.paths = bank.paths.map {
            $0.hasPrefix("art/") && $0 != "art/cat/0.png" ? "none/" + $0 : $0
          }
        })
      try check(
        ["text for none of its labels", "bank inspect"], bank { $0.classes = ["x", "y", "z"] })
      try check(["there is no domain 'painting'", "art, photo, sketch"], ["--target", "painting"])
      try check(["no domain is left"], ["--target", "art,photo,sketch"])
      try check(["there is no label 'bee'"], ["--exclude", "bee"])
      try check([tool.path("none.onnx")], ["--student", tool.path("none.onnx")])
      try check([tool.path("none")], ["--data", tool.path("none")])
      try check([tool.path("none.bank")], ["--bank", tool.path("none.bank")])
      try check([tool.path("file")], ["--output", try file(tool, "file")], code: 1)
      // Labels without a text are no error: they take the image term.
      let silent = try tool.train(
        "align", "silent",
        bank { ($0.classes, $0.texts) = (["cat", "dog"], Array($0.texts[..<12])) })
      #expect(silent.code == 0 && silent.errors.contains("image term alone: owl"))
    }
  }

  private func file(_ tool: TrainTool, _ name: String) throws -> String {
    try Sample.write(Data(), tool.folder, name)
  }
}
