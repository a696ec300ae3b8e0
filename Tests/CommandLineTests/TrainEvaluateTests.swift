// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TinyData

@Suite("swiftlet-train evaluate")
struct TrainEvaluateTests {
  private static let some = [
    "--methods", "teacher,linear-probe,adip", "--seeds", "2", "--views", "2",
  ]

  /// A table without what takes other times each time.
  private func table(_ tool: TrainTool, _ output: String) throws -> NSDictionary {
    var table = try tool.object(output + "/table.json")
    let methods = try #require(table["methods"] as? [[String: Any]])
    table["methods"] = methods.map { $0.filter { $0.key != "seconds" } }
    return table as NSDictionary
  }

  @Test("Processes side by side give the table of one")
  func jobs() throws {
    try withTrainTool { tool in
      let one = try tool.evaluate("one", Self.some + ["--json"])
      #expect(one.code == 0, "\(one.errors)")
      let two = try tool.evaluate("two", Self.some + ["--jobs", "2"])
      #expect(two.code == 0, "\(two.errors)")
      #expect(try table(tool, "one") == table(tool, "two"))
      #expect(two.output.contains("| adip |") && two.output.contains("| teacher |"))
      let runs = try FileManager.default.contentsOfDirectory(atPath: tool.path("two/runs"))
      #expect(
        runs.sorted()
          == (try FileManager.default.contentsOfDirectory(
            atPath: tool.path("one/runs"))).sorted())
      #expect(runs.count == 15 && runs.allSatisfy { $0.hasSuffix(".json") })
      // A part that is done anew is what it was.
      try FileManager.default.removeItem(atPath: tool.path("one/runs/adip_sketch_2.json"))
      #expect(try tool.evaluate("one", Self.some).code == 0)
      #expect(try table(tool, "one") == table(tool, "two"))
      let other = try tool.evaluate("one", Self.some + ["--lambda", "0.1"])
      #expect(other.code == 2 && other.errors.contains("name another --output"))
      var bank = tool.data.bank
      bank.images[0] += 0.1
      try bank.write(to: tool.data.bankPath)
      let remade = try tool.evaluate("one", Self.some)
      #expect(remade.code == 2 && remade.errors.contains("another student or bank"))
      try tool.data.bank.write(to: tool.data.bankPath)
      let sources = try tool.evaluate("one", Self.some + ["--source", "art,photo"])
      #expect(sources.code == 2 && sources.errors.contains("other sources"), "\(sources.errors)")
    }
  }

  @Test("More processes than runs are no error")
  func idle() throws {
    try withTrainTool { tool in
      let arguments = ["--methods", "distill-text", "--seeds", "1", "--target", "art"]
      let outcome = try tool.evaluate("out", arguments + ["--jobs", "3"])
      #expect(outcome.code == 0 && outcome.output.contains("| distill-text |"), "\(outcome.errors)")
    }
  }

  @Test("Students are tested on other folders by their own texts, classifiers are not")
  func transfer() throws {
    try withTrainTool { tool in
      // Other pictures at the same paths are no mistake of this folder's.
      let other = try TinyData(in: tool.path("other"), each: 3, side: 13).pictures
      let tests = ["--test", "all=\(other)", "--test", "art=\(other)/art"]
      let arguments = [
        "--protocol", "transfer", "--source", "photo", "--methods", "fine-tuning,distill-text",
        "--seeds", "1",
      ]
      let outcome = try tool.evaluate("out", arguments + tests)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let head = "| method | in-domain | all art | all photo | all sketch | art | OOD average |"
      #expect(outcome.output.hasPrefix(head), "\(outcome.output)")
      let fewer = try tool.evaluate("out", arguments + tests[..<2])
      #expect(fewer.code == 2 && fewer.errors.contains("tests"), "\(fewer.errors)")
    }
  }

  @Test("Ctrl-C keeps what is done, and the same command does the rest", arguments: [1, 2])
  func interruption(jobs: Int) throws {
    try withTrainTool { tool in
      let arguments = [
        "--methods", "distill-image", "--seeds", "1", "--joint-steps", "200", "--jobs", "\(jobs)",
      ]
      let stopped = try tool.evaluate("out", arguments) { _ in
        tool.logLines("out", "\"evaluation\"") > 20
      }
      #expect(stopped.code == 130 && !stopped.isSignal, "\(stopped.errors)")
      let kept = try FileManager.default.contentsOfDirectory(atPath: tool.path("out/runs"))
      #expect(kept.count { $0.hasSuffix(".json") } < 3 && !kept.contains { $0.hasSuffix(".lock") })
      let outcome = try tool.evaluate("out", arguments)
      #expect(outcome.code == 0 && outcome.output.contains("| distill-image |"))
      let whole = try tool.evaluate("whole", arguments)
      #expect(whole.code == 0)
      #expect(try table(tool, "out") == table(tool, "whole"))
    }
  }

  @Test(
    "Wrong options are usage errors",
    arguments: [
      ["--methods", "magic"], ["--seeds", "0"], ["--jobs", "0"], ["--seed", "2"],
      ["--test", "a=b"], ["--protocol", "transfer"],
      ["--protocol", "transfer", "--source", "a", "--test", "no-folder"],
      ["--protocol", "transfer", "--source", "a", "--test", "a=b", "--test", "a=c"],
    ])
  func wrongOptions(_ options: [String]) throws {
    let outcome = try CommandLineTool.run(
      ["evaluate", "--bank", "/no", "--data", "/no", "--student", "/no", "--output", "/no/no"]
        + options, executable: CommandLineTool.path(of: "swiftlet-train"))
    #expect(outcome.code == 64, "\(outcome.errors)")
  }

  @Test("A runs folder in which no lock can be made is an error, not somebody else's work")
  func unwritable() throws {
    try withTrainTool { tool in
      // A folder where the lock should be: not even root can open it to write.
      try FileManager.default.createDirectory(
        atPath: tool.path("out/runs/distill-text_art_1.json.lock"),
        withIntermediateDirectories: true)
      let outcome = try tool.evaluate("out", ["--methods", "distill-text", "--seeds", "1"])
      #expect(outcome.code == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("distill-text_art_1.json.lock: the lock cannot be taken"))
    }
  }
}
